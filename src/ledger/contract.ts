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

/**
 * A click as it is counted. A new field has to be named in both formats, of the queue's message and
 * of the log, or the code does not compile.
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
  /** The rule and the A/B variant that were served, by their public ids. */
  readonly rule: string | null;
  readonly variant: string | null;
  /** Followed from the link's QR code. */
  readonly scan: boolean;
  /**
   * Keyed hashes, 16 hex digits each, of the address (IPv6: its /64) and of the user agent; null for
   * a visitor who asked not to be tracked.
   */
  readonly addressHash: string | null;
  readonly agentHash: string | null;
  /** What was appended to the destination for conversions: random, and not digits alone. */
  readonly token: string | null;
}

export interface ClickBatch {
  /** Unique for all time, and beginning with its time; a batch seen before changes nothing. */
  readonly id: string;
  /** When its newest click was; the day on which `lost` is counted. */
  readonly atMs: number;
  readonly clicks: readonly LedgerClick[];
  readonly lost: number;
}

export interface IngestedBatch {
  readonly id: string;
  /** The id of the batch's first click; the others follow by one. Equal for a repeated batch. */
  readonly firstClickId: number;
  readonly repeated: boolean;
  /** The workspace is deleted: nothing was stored, and no later try would change that. */
  readonly refused: boolean;
}

/** What the log does not keep: a token is kept by itself, and for the attribution window only. */
type Unlogged = "token";

/** A click as the log keeps it. */
export interface LoggedClick extends Omit<LedgerClick, Unlogged> {
  /** Unique within the workspace. */
  readonly id: number;
  /** `<batch id>-<position>`: unique everywhere, and known before the click has an id. */
  readonly eventId: string;
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

export type ClassCounts = Readonly<Partial<Record<ClickClass, number>>>;

/**
 * What people's clicks are broken down by, within the range. Lists have the most clicks first, at most
 * 500 and `(other)`, which also holds what went past 500 values on one day. Empty value: none known.
 */
export interface Breakdowns {
  /** 24 numbers, hour 0 to 23 UTC, summed over the range. */
  readonly hours: readonly number[];
  readonly countries: readonly ValueCount[];
  readonly cities: readonly CityCount[];
  readonly devices: readonly ValueCount[];
  readonly browsers: readonly ValueCount[];
  readonly os: readonly ValueCount[];
  readonly referrers: readonly ValueCount[];
  /** Of the whole workspace only; empty in a link's report. */
  readonly links: readonly LinkTotal[];
}

/** Human clicks, but for `classes`, which hold what else there was. */
export interface Report extends Breakdowns {
  /** All time. */
  readonly total: number;
  readonly totalClasses: ClassCounts;
  /** Within the range. */
  readonly period: number;
  readonly unique: number;
  /** Every day of the range, oldest first. */
  readonly days: readonly {
    readonly date: string;
    readonly clicks: number;
    readonly classes: ClassCounts;
  }[];
  readonly classes: ClassCounts;
  readonly scans: number;
}

/** What one rule or one variant of a link has served within a range. */
export interface ServedReport {
  readonly id: string;
  readonly clicks: number;
  readonly unique: number;
  readonly referrers: readonly ValueCount[];
}

/** A link's report with what each of its rules and variants has served. */
export interface DetailedReport extends Report {
  readonly rules: readonly ServedReport[];
  readonly variants: readonly ServedReport[];
}

export interface LinkTotal {
  readonly linkId: number;
  readonly clicks: number;
}

/** What a list of links shows of each. */
export interface LinkActivity extends LinkTotal {
  /** The last human click's time. */
  readonly lastClickAtMs: number | null;
}

export interface LinkState {
  readonly clicks: number;
  readonly lastClickAtMs: number | null;
  /** The last 20, newest first; fewer where the click log is kept for a shorter time. */
  readonly recent: readonly LoggedClick[];
}

export interface WorkspaceTotals {
  readonly clicks: number;
  /** Most clicked of all time first, at most 50. */
  readonly leaders: readonly LinkTotal[];
}

export interface LogPage {
  readonly clicks: readonly LoggedClick[];
  /** Where the next page begins; null after the last one. */
  readonly next: string | null;
}
