/** What webhooks tell: the kinds of events, their ids, and the envelope that each travels in. */

import { hex } from "../platform/bytes.ts";
import { firstBatchIdAt } from "../platform/timed-id.ts";

export const EVENT_TYPES = [
  "link.created",
  "link.updated",
  "link.deleted",
  "link.clicked",
  "conversion.tracked",
  "subscription.updated",
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/** What an endpoint may subscribe to; `*` is all there are and all to come. */
export const SUBSCRIPTIONS = [...EVENT_TYPES, "*"] as const;

export type Subscription = (typeof SUBSCRIPTIONS)[number];

/** One event, complete and final: every attempt at every endpoint sends these very bytes. */
export interface WebhookEvent {
  readonly id: string;
  readonly event: EventType;
  readonly atMs: number;
  /** The link that it is about, so that a purge finds it; null for none. */
  readonly linkId: number | null;
  /** The payload's `data`, as JSON text. */
  readonly data: string;
}

const PAYLOAD_VERSION = "1.0";
const RANDOM_BYTES = 12;

/**
 * Makes the id of an event that happened at this time.
 *
 * It begins with its time, as click batches do, so that deliveries lie in order of time; it holds no
 * dot, which Standard Webhooks signs as a separator.
 */
export function newEventId(atMs: number): string {
  return firstBatchIdAt(atMs) + hex(crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)));
}

/** Gives the body of a delivery. */
export function bodyOf({ id, event, atMs, data }: WebhookEvent): string {
  const head = { id, event, timestamp: wireTime(atMs), version: PAYLOAD_VERSION };
  // The data is JSON already: it is put in as it is, and not read and written once more.
  return `${JSON.stringify(head).slice(0, -1)},"data":${data}}`;
}

/** Takes an event back out of a body that `bodyOf` made. */
export function dataOf(body: string): string {
  const { data } = JSON.parse(body) as { data: unknown };
  return JSON.stringify(data);
}

/** Gives a time as payloads carry it: in whole seconds, UTC. */
export function wireTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
