/** Webhook events: their types, their ids, and the envelope that carries them. */

import { hex } from "../platform/bytes.ts";
import { firstBatchIdAt } from "../platform/timed-id.ts";

export const EVENT_TYPES = [
  "link.created",
  "link.updated",
  "link.deleted",
  "link.clicked",
  "link.threshold",
  "conversion.tracked",
  "conversion.refunded",
  "subscription.updated",
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/** What an endpoint may subscribe to; `*` means all types, including future ones. */
export const SUBSCRIPTIONS = [...EVENT_TYPES, "*"] as const;

export type Subscription = (typeof SUBSCRIPTIONS)[number];

/** Returns what these subscriptions mean, each set in one form. */
export function normalSubscriptions(given: readonly Subscription[]): Subscription[] {
  return given.includes("*") ? ["*"] : EVENT_TYPES.filter((type) => given.includes(type));
}

/** One event, complete and final: every attempt at every endpoint sends the same bytes. */
export interface WebhookEvent {
  readonly id: string;
  readonly event: EventType;
  readonly atMs: number;
  /** The link that the event concerns, by which a purge finds it; null for none. */
  readonly linkId: number | null;
  /** The payload's `data`, as JSON text. */
  readonly data: string;
}

const PAYLOAD_VERSION = "1.0";
const RANDOM_BYTES = 12;

/**
 * Makes the id of an event that happened at this time.
 *
 * Like the id of a click batch, it begins with the time, so that deliveries sort chronologically.
 * It contains no dot, because Standard Webhooks uses the dot as a separator in what it signs.
 */
export function newEventId(atMs: number): string {
  return firstBatchIdAt(atMs) + hex(crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)));
}

/** Returns the body of a delivery. */
export function bodyOf({ id, event, atMs, data }: WebhookEvent): string {
  const head = { id, event, timestamp: wireTime(atMs), version: PAYLOAD_VERSION };
  // The data is JSON already, so it is inserted as it is, without another parse.
  return `${JSON.stringify(head).slice(0, -1)},"data":${data}}`;
}

/** Formats a time for payloads: UTC, in whole seconds. */
export function wireTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
