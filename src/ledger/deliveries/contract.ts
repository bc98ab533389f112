/** What crosses the Ledger's RPC boundary about webhooks: plain data, no behaviour. */

export interface DeliveryKey {
  readonly webhookId: number;
  readonly eventId: string;
}

/** An event for one endpoint, as it is posted. */
export interface DeliveryContent {
  readonly event: string;
  /** When it happened. */
  readonly atMs: number;
  readonly linkId: number | null;
  /** The very bytes that every attempt sends. */
  readonly body: string;
}

export type Delivery = DeliveryKey & DeliveryContent;

export type DeliveryStatus = "pending" | "delivered" | "failed";

/** May this attempt be made? */
export type Claim =
  /** The n-th since the delivery began, or was begun again. */
  | { readonly kind: "go"; readonly attempt: number }
  /** Another consumer is at it, or it is too early. */
  | { readonly kind: "wait"; readonly untilMs: number }
  /** Delivered or given up: nothing is left to do. */
  | { readonly kind: "over" };

export interface Attempt {
  readonly atMs: number;
  /** From the request to the end of the answer; null where nothing was sent. */
  readonly durationMs: number | null;
  readonly status: number | null;
  /** Why there is no answer, or none that counts: `timeout`, `network`, `blocked: <reason>` …; null for an answer. */
  readonly error: string | null;
  /** The beginning of the answer's body; null for none. */
  readonly response: string | null;
}

export interface AttemptOutcome {
  readonly status: DeliveryStatus;
  /** When the next attempt is due; null unless pending. */
  readonly nextAtMs: number | null;
}

export interface LoggedDelivery extends DeliveryKey {
  readonly event: string;
  readonly atMs: number;
  readonly status: DeliveryStatus;
  /** Oldest first; of many, the last 20. */
  readonly attempts: readonly Attempt[];
  readonly nextAtMs: number | null;
}

export interface DeliveryPage {
  readonly status: DeliveryStatus | null;
  /** Only older ones than this event: where the page before ended. */
  readonly beforeId: string | null;
  readonly limit: number;
}

/** Which deliveries to begin again: one, or those that failed since a time. */
export type Redeliverable =
  | { readonly eventId: string }
  | { readonly failedSinceMs: number; readonly limit: number };
