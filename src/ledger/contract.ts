/** What crosses the Ledger's RPC boundary: plain data, no behaviour. */

/**
 * What kind of request a click was. Only `human` counts in reports; the rest is recorded so that
 * the classes add up to what was answered. `late` came after its link was purged; `lost` is known
 * by number only, since a full buffer had to let it go.
 */
export type ClickClass = "human" | "bot" | "unfurler" | "prefetch" | "head" | "late" | "lost";

export type Device =
  | "desktop"
  | "mobile"
  | "tablet"
  | "console"
  | "smarttv"
  | "wearable"
  | "embedded";

export interface LedgerClick {
  readonly linkId: number;
  readonly at: number;
  readonly class: Exclude<ClickClass, "late" | "lost">;
  readonly country: string | null;
  readonly city: string | null;
  readonly device: Device;
  readonly browser: string;
  readonly os: string;
  readonly referrer: string | null;
  readonly rule: string | null;
  readonly variant: string | null;
  readonly scan: boolean;
  /** 16 hex digits each; null for a visitor who asked not to be tracked. */
  readonly addressHash: string | null;
  readonly agentHash: string | null;
}

export interface ClickBatch {
  /** Unique for all time; a batch seen before changes nothing. */
  readonly id: string;
  readonly clicks: readonly LedgerClick[];
  readonly lost: number;
}

export interface IngestedBatch {
  readonly id: string;
  /** The id of the batch's first click; the others follow by one. Equal for a repeated batch. */
  readonly firstClickId: number;
  readonly repeated: boolean;
}

/** Days are UTC, `YYYY-MM-DD`, both ends included. */
export interface ReportRange {
  readonly from: string;
  readonly to: string;
}

export interface ValueCount {
  readonly value: string;
  readonly clicks: number;
}

export interface CityCount extends ValueCount {
  readonly country: string | null;
}

/** Human clicks, unless `includeBots` asked for every class. */
export interface Report {
  /** All time. */
  readonly total: number;
  /** Within the range. */
  readonly period: number;
  readonly unique: number;
  /** Every day of the range, oldest first. */
  readonly days: readonly { readonly date: string; readonly clicks: number }[];
  /** 24 numbers, hour 0 to 23 UTC, summed over the range. */
  readonly hours: readonly number[];
  readonly classes: Readonly<Partial<Record<ClickClass, number>>>;
  /** Most clicks first; `(other)` holds what went past 500 values a day. Empty value: none known. */
  readonly countries: readonly ValueCount[];
  readonly cities: readonly CityCount[];
  readonly devices: readonly ValueCount[];
  readonly browsers: readonly ValueCount[];
  readonly os: readonly ValueCount[];
  readonly referrers: readonly ValueCount[];
  readonly scans: number;
}

export interface LinkTotal {
  readonly linkId: number;
  readonly clicks: number;
}

export interface WorkspaceTotals {
  readonly clicks: number;
  /** Most clicked of all time first, at most 50. */
  readonly leaders: readonly LinkTotal[];
}
