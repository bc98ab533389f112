/** Reports and totals as a Ledger gives them: plain data, no behaviour. */

import type { ClickClass, LoggedClick } from "../contract.ts";

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
  /** By family (`referrer-family.ts`). */
  readonly referrers: readonly ValueCount[];
  readonly referrerHosts: readonly ValueCount[];
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
  /** By family. */
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
