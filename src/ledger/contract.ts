/** What crosses the Ledger's RPC boundary: plain data, no behaviour. */

/**
 * The kind of request that a click was. Only `human` counts in reports; the other classes are
 * recorded so that all classes add up to the requests that were answered. A `late` click arrived
 * after its link was purged. A `lost` click was dropped by a full buffer, so only its number is
 * known.
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

export interface IngestedBatch {
  readonly id: string;
  /** The id of the batch's first click; the others follow by one. The same for a repeated batch. */
  readonly firstClickId: number;
  readonly repeated: boolean;
  /** The workspace is deleted: nothing was stored, and no retry would change that. */
  readonly refused: boolean;
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

/** A range of UTC days, `YYYY-MM-DD`, both inclusive. */
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
 * Human clicks within the range, by dimension. Each list is ordered by clicks, the most first, and
 * holds at most 500 values and `(other)`, which includes the values past 500 on a single day. An
 * empty value stands for unknown.
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
  /** Only in a workspace's report; empty in a link's. */
  readonly links: readonly LinkTotal[];
}

/** A report on human clicks; only `classes` and `totalClasses` include the other classes. */
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

/** The clicks that one rule or one variant of a link served within a range. */
export interface ServedReport {
  readonly id: string;
  readonly clicks: number;
  readonly unique: number;
  readonly referrers: readonly ValueCount[];
}

/** A link's report, with the clicks that each of its rules and variants served. */
export interface DetailedReport extends Report {
  readonly rules: readonly ServedReport[];
  readonly variants: readonly ServedReport[];
}

export interface LinkTotal {
  readonly linkId: number;
  readonly clicks: number;
}

/** The activity that a list of links shows per link. */
export interface LinkActivity extends LinkTotal {
  /** The time of the last human click. */
  readonly lastClickAtMs: number | null;
}

export interface LinkState {
  readonly clicks: number;
  readonly lastClickAtMs: number | null;
  /** The last 20 human clicks, newest first; fewer when retention has ended for some of them. */
  readonly recent: readonly LoggedClick[];
}

export interface WorkspaceTotals {
  readonly clicks: number;
  /** At most 50 links, the most clicked of all time first. */
  readonly leaders: readonly LinkTotal[];
}

export interface LogPage {
  readonly clicks: readonly LoggedClick[];
  /** Where the next page begins; null after the last one. */
  readonly next: string | null;
}
