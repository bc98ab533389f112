/** What crosses the Ledger's RPC boundary about webhook deliveries: plain data, no behaviour. */

import type { LedgerId } from "../ledger-id.ts";

export interface DeliveryKey {
  /** The endpoint's UUID: a restored database gives its number to another endpoint. */
  readonly webhook: string;
  readonly eventId: string;
}

/** An event as it is posted to one endpoint. */
export interface DeliveryContent {
  readonly event: string;
  /** When the event happened. */
  readonly atMs: number;
  readonly linkId: number | null;
  /** The exact body that every attempt sends. */
  readonly body: string;
}

/** An event, and the endpoints that subscribed to it when it happened. */
export interface OfferedEvent extends DeliveryContent {
  readonly eventId: string;
  readonly webhooks: readonly string[];
}

/** The queue message of one delivery. The Ledger holds what is posted. */
export interface QueuedDelivery extends DeliveryKey {
  readonly v: 1;
  readonly ledger: LedgerId;
}

export type DeliveryStatus = "pending" | "delivered" | "failed";

/** Whether an attempt may be made now. */
export type Claim =
  /** The n-th attempt since the delivery was started or restarted. */
  | { readonly kind: "go"; readonly attempt: number; readonly content: DeliveryContent }
  /** Another consumer has claimed the delivery, or it is too early. */
  | { readonly kind: "wait"; readonly untilMs: number }
  /** The delivery has succeeded or was given up: nothing is left to do. */
  | { readonly kind: "over" };

export interface Attempt {
  readonly atMs: number;
  /** The time from the request to the end of the response; null when nothing was sent. */
  readonly durationMs: number | null;
  readonly status: number | null;
  /** Why no response counts: `timeout`, `network`, `blocked: <reason>` …; null for a response. */
  readonly error: string | null;
  /** The beginning of the response's body; null without a response. */
  readonly response: string | null;
}

export interface AttemptOutcome {
  readonly status: DeliveryStatus;
  /** When the next attempt is due; null unless pending. */
  readonly nextAtMs: number | null;
}

export interface Recorded {
  /** Whether the message must bring the next attempt; otherwise the Ledger queues it in time. */
  readonly staysQueued: boolean;
}

export interface LoggedDelivery extends DeliveryKey {
  readonly event: string;
  readonly atMs: number;
  readonly status: DeliveryStatus;
  /** The last 20 attempts, oldest first. */
  readonly attempts: readonly Attempt[];
  readonly nextAtMs: number | null;
}

export interface DeliveryPage {
  readonly status: DeliveryStatus | null;
  /** The event id that the previous page ended with; null for the first page. */
  readonly beforeId: string | null;
  readonly limit: number;
}

/** Which deliveries to restart: a single one, or those that have failed since a time. */
export type Redeliverable =
  | { readonly eventId: string }
  | { readonly failedSinceMs: number; readonly limit: number };
