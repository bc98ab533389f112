/** Clicks as they come into a Ledger, and as its log gives them back: plain data, no behaviour. */

/**
 * The kind of request that a click was. Only `human` counts in reports; the other classes are
 * recorded so that all classes add up to the requests that were answered. An `excluded` click is of
 * somebody who is not to be counted, and says nothing about them. A `late` click arrived
 * after its link was purged, or its counts were reset. A `lost` click was dropped by a full buffer, so only its number is
 * known.
 */
export type ClickClass =
  | "human"
  | "bot"
  | "unfurler"
  | "prefetch"
  | "head"
  | "excluded"
  | "late"
  | "lost";

export type Device =
  | "desktop"
  | "mobile"
  | "tablet"
  | "console"
  | "smarttv"
  | "wearable"
  | "embedded";

/**
 * A click as it is counted. A new field must be added to both formats, the queue's message and the
 * log, or the code does not compile.
 */
export interface LedgerClick {
  readonly linkId: number;
  readonly atMs: number;
  readonly class: Exclude<ClickClass, "late" | "lost">;
  /** ISO 3166-1 alpha-2, T1 for Tor, or null when Cloudflare cannot place the address. */
  readonly country: string | null;
  readonly city: string | null;
  readonly device: Device;
  readonly browser: string;
  readonly os: string;
  /** The referring host without `www.`, or null for none. */
  readonly referrer: string | null;
  /** The public ids of the rule and the A/B variant that were served. */
  readonly rule: string | null;
  readonly variant: string | null;
  /** Whether the visitor scanned the link's QR code. */
  readonly scan: boolean;
  /**
   * Keyed hashes of the address (for IPv6, its /64) and of the user agent, 16 hex digits each; null
   * for a visitor who asked not to be tracked.
   */
  readonly addressHash: string | null;
  readonly agentHash: string | null;
  /** The click token appended to the destination for conversions: random, and never only digits. */
  readonly token: string | null;
}

export interface ClickBatch {
  /** Unique for all time, and begins with the batch's time; a repeated batch changes nothing. */
  readonly id: string;
  /** The time of the newest click; `lost` is counted on its day. */
  readonly atMs: number;
  readonly clicks: readonly LedgerClick[];
  readonly lost: number;
}

/** A number of human clicks that a link has reached. */
export interface Crossing {
  readonly linkId: number;
  readonly clicks: number;
  /** The time of the click that reached it. */
  readonly atMs: number;
}

export interface IngestedBatch {
  readonly id: string;
  /** The id of the batch's first click; the others follow by one. The same for a repeated batch. */
  readonly firstClickId: number;
  readonly repeated: boolean;
  /** The workspace is deleted: nothing was stored, and no retry would change that. */
  readonly refused: boolean;
  /** The thresholds that the batch crossed and that are still to be told; absent for none. */
  readonly crossed?: readonly Crossing[];
}

/** The field that the log omits: tokens are stored apart, and for the attribution window only. */
type Unlogged = "token";

/** A click as the log keeps it. */
export interface LoggedClick extends Omit<LedgerClick, Unlogged> {
  /** Unique within the workspace. */
  readonly id: number;
  /** `<batch id>-<position>`: unique everywhere, and known before the click has an id. */
  readonly eventId: string;
}

export interface LogPage {
  readonly clicks: readonly LoggedClick[];
  /** Where the next page begins; null after the last one. */
  readonly next: string | null;
}
