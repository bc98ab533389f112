/** Builds reports from cells: reads one row per requested day, regardless of its clicks. */

import type { MeteredSql } from "../platform/metered-sql.ts";
import type { ConversionReport, LinkConversions } from "./conversions/contract.ts";
import { OTHER } from "./counts/bounds.ts";
import { emptyCell, mergeCell, VALUES_MAX, type Cell } from "./counts/cell.ts";
import type {
  Breakdowns,
  CityCount,
  DetailedReport,
  LinkActivity,
  LinkState,
  LinkTotal,
  Report,
  ReportRange,
  ServedReport,
  ValueCount,
} from "./counts/contract.ts";
import { pastDays, type PastDays } from "./counts/day-store.ts";
import { dateOf, dayOfDate } from "./counts/day.ts";
import { DIMENSION_NAMES, type Dimension } from "./counts/dimensions.ts";
import { eachPart, partKey, type PartKind } from "./counts/part-sketches.ts";
import { referrerFamily } from "./counts/referrer-family.ts";
import { emptySketch, estimateVisitors, mergeSketch, type Sketch } from "./counts/sketch.ts";
import { emptyState, humans, WORKSPACE } from "./counts/state-store.ts";
import type { DayCounts, ScopeState, StateStore } from "./counts/state-store.ts";
import { readRecent } from "./packed-click.ts";

/** Ten years and a few days: the widest range that is documented. */
const DAYS_MAX = 3_700;

const NO_CLASSES: Cell["classes"] = new Map();

interface Scope {
  readonly sql: MeteredSql;
  readonly state: ScopeState;
}

/** The sum of several days. */
interface Sum {
  readonly cell: Cell;
  readonly sketch: Sketch;
  /** By rule and by variant; empty unless requested. */
  readonly parts: ReadonlyMap<string, Sketch>;
  /** By day, without the days that had no clicks. */
  readonly classes: ReadonlyMap<number, Cell["classes"]>;
}

/** Reports one link, or the workspace by its scope; throws a RangeError for an invalid range. */
export function reportOf(
  sql: MeteredSql,
  states: StateStore,
  scope: number,
  range: ReportRange,
): Report {
  const state = states.load(scope) ?? emptyState(scope);
  return report(state, range, sumDays({ sql, state }, range));
}

/** Reports one link with its rules and variants, reading its days once. */
export function detailedReportOf(
  sql: MeteredSql,
  states: StateStore,
  linkId: number,
  range: ReportRange,
): DetailedReport {
  const state = states.load(linkId) ?? emptyState(linkId);
  const sum = sumDays({ sql, state }, range, { withParts: true });
  return {
    ...report(state, range, sum),
    rules: served(sum, "rule"),
    variants: served(sum, "variant"),
  };
}

/** Reports the workspace with the conversions attributed to its links, reading its days once. */
export function conversionReportOf(
  sql: MeteredSql,
  states: StateStore,
  range: ReportRange,
): ConversionReport {
  const state = states.load(WORKSPACE) ?? emptyState(WORKSPACE);
  const sum = sumDays({ sql, state }, range);
  return {
    ...report(state, range, sum),
    conversions: SHOWN.conversion.show(sum.cell.values.conversion),
  };
}

/** Returns the clicks of all time of links, in the order of `linkIds`; 0 for links without any. */
export function linkTotals(sql: MeteredSql, linkIds: readonly number[]): LinkActivity[] {
  // In a single statement for all links, SQLite would also count the rows of the list as read.
  return linkIds.map((linkId) => {
    const [row] = sql.run<{ total: number; last_at_ms: number | null }>(
      "SELECT total, last_at_ms FROM state WHERE scope = ?",
      linkId,
    );
    return { linkId, clicks: row?.total ?? 0, lastClickAtMs: row?.last_at_ms ?? null };
  });
}

/** Returns a link's clicks of all time by variant, in no order, without variants that have none. */
export function variantClicksOf(states: StateStore, linkId: number): ValueCount[] {
  const { variants } = states.load(linkId) ?? emptyState(linkId);
  return Array.from(variants, ([value, clicks]) => ({ value, clicks }));
}

/** Returns a link's totals and its last clicks, without those that have expired. */
export function linkStateOf(states: StateStore, linkId: number, logsSinceMs: number): LinkState {
  const { classes, lastAtMs, recent } = states.load(linkId) ?? emptyState(linkId);
  const clicks = recent.map(readRecent).filter(({ atMs }) => atMs >= logsSinceMs);
  return { clicks: humans(classes), lastClickAtMs: lastAtMs, recent: clicks.toReversed() };
}

function daysOf({ from, to }: ReportRange): [from: number, to: number] {
  const [first, last] = [dayOfDate(from), dayOfDate(to)];
  if (!(first <= last && last - first < DAYS_MAX)) {
    throw new RangeError(`No report from ${from} to ${to}.`);
  }
  return [first, last];
}

function sumDays(
  { sql, state }: Scope,
  range: ReportRange,
  { withParts } = { withParts: false },
): Sum {
  const [from, to] = daysOf(range);
  const [cell, sketch] = [emptyCell(), emptySketch()];
  const parts = new Map<string, Sketch>();
  const classes = new Map<number, Cell["classes"]>();
  for (const day of daysWithin({ sql, state }, { from, to, withParts })) {
    mergeCell(cell, day.cell);
    mergeSketch(sketch, day.sketch);
    classes.set(day.day, day.cell.classes);
    if (!withParts) continue;
    for (const [key, ofPart] of eachPart(day.parts)) {
      const sum = parts.get(key) ?? emptySketch();
      mergeSketch(sum, ofPart);
      parts.set(key, sum);
    }
  }
  return { cell, sketch, parts, classes };
}

function* daysWithin(
  { sql, state: { scope, open } }: Scope,
  { from, to, withParts }: Omit<PastDays, "scope">,
): Generator<DayCounts> {
  if (open === null) return;
  const past = { scope, from, to: Math.min(to, open.day - 1), withParts };
  if (past.from <= past.to) yield* pastDays(sql, past);
  if (open.day >= from && open.day <= to) yield open;
}

function report(state: ScopeState, range: ReportRange, { cell, sketch, classes }: Sum): Report {
  const [from, to] = daysOf(range);
  return {
    total: humans(state.classes),
    totalClasses: Object.fromEntries(state.classes),
    period: humans(cell.classes),
    unique: estimateVisitors(sketch),
    days: Array.from({ length: to - from + 1 }, (_, n) => {
      const ofDay = classes.get(from + n) ?? NO_CLASSES;
      return { date: dateOf(from + n), clicks: humans(ofDay), classes: Object.fromEntries(ofDay) };
    }),
    classes: Object.fromEntries(cell.classes),
    ...breakdowns(cell),
    scans: cell.scans,
  };
}

type Counts = ReadonlyMap<string, number>;

/** A list that every report has. */
interface List<Name extends keyof Breakdowns> {
  readonly list: Name;
  readonly show: (counts: Counts) => Breakdowns[Name];
}

type Show =
  | List<keyof Breakdowns>
  | { readonly show: (counts: Counts) => readonly LinkConversions[] }
  /** A list of rules or variants, each with its referrers. */
  | { readonly referrers: Dimension }
  | { readonly within: PartKind };

/** How each dimension is shown: one that is counted but not shown does not compile. */
export type ShownDimensions = Readonly<Record<Dimension, Show>>;

/**
 * Every report has the lists; a detailed one adds rules and variants, and a conversion report adds
 * conversions.
 */
const SHOWN = {
  hour: list("hours", hours),
  country: list("countries", ranked),
  city: list("cities", cities),
  device: list("devices", ranked),
  browser: list("browsers", ranked),
  os: list("os", ranked),
  referrer: list("referrers", families),
  link: list("links", links),
  rule: { referrers: "ruleReferrer" },
  variant: { referrers: "variantReferrer" },
  ruleReferrer: { within: "rule" },
  variantReferrer: { within: "variant" },
  conversion: { show: conversionsByLink },
} as const satisfies ShownDimensions;

type Listed = Extract<(typeof SHOWN)[Dimension], { readonly list: unknown }>["list"];

function list<Name extends keyof Breakdowns>(
  name: Name,
  show: (counts: Counts) => Breakdowns[Name],
): List<Name> {
  return { list: name, show };
}

function breakdowns({ values }: Cell): Breakdowns {
  const lists = DIMENSION_NAMES.flatMap((dimension) => {
    const shown = SHOWN[dimension];
    return "list" in shown ? [[shown.list, shown.show(values[dimension])]] : [];
  });
  const shown = Object.fromEntries(lists) as Pick<Breakdowns, Listed>;
  return { ...shown, referrerHosts: ranked(values.referrer) };
}

/** Returns 24 numbers, hour 0 first. */
function hours(counts: Counts): number[] {
  return Array.from({ length: 24 }, (_, hour) => counts.get(String(hour)) ?? 0);
}

function families(counts: Counts): ValueCount[] {
  const sums = new Map<string, number>();
  for (const [host, clicks] of counts) {
    const family = referrerFamily(host);
    sums.set(family, (sums.get(family) ?? 0) + clicks);
  }
  return ranked(sums);
}

function cities(counts: Counts): CityCount[] {
  return ranked(counts).map(cityCount);
}

function links(counts: Counts): LinkTotal[] {
  return ranked(counts)
    .filter(({ value }) => value !== OTHER)
    .map(({ value, clicks }) => ({ linkId: Number(value), clicks }));
}

/** Orders by clicks, the most first, then by value; a sum of days may have more than 500 values. */
function ranked(counts: Counts): ValueCount[] {
  const named = [...counts]
    .filter(([value]) => value !== OTHER)
    .map(([value, clicks]) => ({ value, clicks }))
    .sort((a, b) => b.clicks - a.clicks || (a.value < b.value ? -1 : 1));
  const rest = named.splice(VALUES_MAX).reduce((sum, { clicks }) => sum + clicks, 0);
  const other = (counts.get(OTHER) ?? 0) + rest;
  return other === 0 ? named : [...named, { value: OTHER, clicks: other }];
}

/** Orders by conversions, the most first, then by link; callers leave out links that are gone. */
function conversionsByLink(counts: Counts): LinkConversions[] {
  return [...counts]
    .filter(([value]) => value !== OTHER)
    .map(([value, n]) => ({ linkId: Number(value), conversions: n }))
    .sort((a, b) => b.conversions - a.conversions || a.linkId - b.linkId);
}

function cityCount({ value, clicks }: ValueCount): CityCount {
  if (value === OTHER) return { value, clicks, country: null };
  const slash = value.indexOf("/");
  const country = value.slice(0, slash);
  return { value: value.slice(slash + 1), clicks, country: country === "" ? null : country };
}

/** Returns the clicks that each rule or each variant served, by its public id. */
function served({ cell: { values }, parts }: Sum, part: PartKind): ServedReport[] {
  const referrers = new Map<string, Map<string, number>>();
  for (const [value, clicks] of values[SHOWN[part].referrers]) {
    const slash = value.indexOf("/");
    if (slash === -1) continue;
    const id = value.slice(slash + 1);
    const ofId = referrers.get(id) ?? new Map<string, number>();
    referrers.set(id, ofId.set(value.slice(0, slash), clicks));
  }
  return ranked(values[part]).map(({ value: id, clicks }) => ({
    id,
    clicks,
    unique: estimateVisitors(parts.get(partKey(part, id)) ?? emptySketch()),
    referrers: families(referrers.get(id) ?? new Map()),
  }));
}
