/** Answers reports from the cells: one row read a day asked for, whatever the clicks. */

import type { MeteredSql } from "../platform/metered-sql.ts";
import type {
  CityCount,
  DetailedReport,
  LinkActivity,
  LinkState,
  Report,
  ReportRange,
  ServedReport,
  ValueCount,
} from "./contract.ts";
import type { ConversionReport, LinkConversions } from "./conversions/contract.ts";
import { OTHER } from "./counts/bounds.ts";
import { emptyCell, mergeCell, VALUES_MAX, type Cell } from "./counts/cell.ts";
import { pastDays, type PastDays } from "./counts/day-store.ts";
import { dateOf, dayOfDate } from "./counts/day.ts";
import { eachPart } from "./counts/part-sketches.ts";
import { emptySketch, estimateVisitors, mergeSketch, type Sketch } from "./counts/sketch.ts";
import { emptyState, humans, WORKSPACE } from "./counts/state-store.ts";
import type { DayCounts, ScopeState, StateStore } from "./counts/state-store.ts";
import { readRecent } from "./packed-click.ts";

/** Ten years and a few days: what the widest documented range asks for. */
const DAYS_MAX = 3_700;

const NO_CLASSES: Cell["classes"] = new Map();

interface Scope {
  readonly sql: MeteredSql;
  readonly state: ScopeState;
}

/** Days, added up. */
interface Sum {
  readonly cell: Cell;
  readonly sketch: Sketch;
  /** By rule and by variant; none unless asked for. */
  readonly parts: ReadonlyMap<string, Sketch>;
  /** By day; none for a day without clicks. */
  readonly classes: ReadonlyMap<number, Cell["classes"]>;
}

/** Reports one link, or the workspace by its scope; throws a RangeError for dates that are none. */
export function reportOf(
  sql: MeteredSql,
  states: StateStore,
  scope: number,
  range: ReportRange,
): Report {
  const state = states.load(scope) ?? emptyState(scope);
  return report(state, range, sumDays({ sql, state }, range));
}

/** Reports one link and what its rules and variants have served, from one walk over its days. */
export function detailedReportOf(
  sql: MeteredSql,
  states: StateStore,
  linkId: number,
  range: ReportRange,
): DetailedReport {
  const state = states.load(linkId) ?? emptyState(linkId);
  const sum = sumDays({ sql, state }, range, { withParts: true });
  const { rule, ruleReferrer, variant, variantReferrer } = sum.cell.values;
  return {
    ...report(state, range, sum),
    rules: served(rule, ruleReferrer, (id) => sum.parts.get(`r:${id}`)),
    variants: served(variant, variantReferrer, (id) => sum.parts.get(`v:${id}`)),
  };
}

/** Reports the workspace and the conversions that its links have led to, from one walk. */
export function conversionReportOf(
  sql: MeteredSql,
  states: StateStore,
  range: ReportRange,
): ConversionReport {
  const state = states.load(WORKSPACE) ?? emptyState(WORKSPACE);
  const sum = sumDays({ sql, state }, range);
  return { ...report(state, range, sum), conversions: conversionsByLink(sum.cell) };
}

/** Gives the all-time clicks of links, in the order asked for; 0 for links without any. */
export function linkTotals(sql: MeteredSql, linkIds: readonly number[]): LinkActivity[] {
  // Of one statement for all, SQLite would also count the rows of the list.
  return linkIds.map((linkId) => {
    const [row] = sql.run<{ total: number; last_at_ms: number | null }>(
      "SELECT total, last_at_ms FROM state WHERE scope = ?",
      linkId,
    );
    return { linkId, clicks: row?.total ?? 0, lastClickAtMs: row?.last_at_ms ?? null };
  });
}

/** Gives a link's clicks of all time by variant, in no order; none for a variant without any. */
export function variantClicksOf(states: StateStore, linkId: number): ValueCount[] {
  const { variants } = states.load(linkId) ?? emptyState(linkId);
  return Array.from(variants, ([value, clicks]) => ({ value, clicks }));
}

/** Gives a link's last clicks, without those whose time in the log is over. */
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
    hours: Array.from({ length: 24 }, (_, hour) => cell.values.hour.get(String(hour)) ?? 0),
    classes: Object.fromEntries(cell.classes),
    ...breakdowns(cell),
  };
}

function breakdowns({ values, scans }: Cell) {
  return {
    countries: ranked(values.country),
    cities: ranked(values.city).map(cityCount),
    devices: ranked(values.device),
    browsers: ranked(values.browser),
    os: ranked(values.os),
    referrers: ranked(values.referrer),
    links: ranked(values.link)
      .filter(({ value }) => value !== OTHER)
      .map(({ value, clicks }) => ({ linkId: Number(value), clicks })),
    scans,
  } satisfies Partial<Report>;
}

/** Most clicks first, equals by value; days with different values may add up to more than 500. */
function ranked(counts: ReadonlyMap<string, number>): ValueCount[] {
  const named = [...counts]
    .filter(([value]) => value !== OTHER)
    .map(([value, clicks]) => ({ value, clicks }))
    .sort((a, b) => b.clicks - a.clicks || (a.value < b.value ? -1 : 1));
  const rest = named.splice(VALUES_MAX).reduce((sum, { clicks }) => sum + clicks, 0);
  const other = (counts.get(OTHER) ?? 0) + rest;
  return other === 0 ? named : [...named, { value: OTHER, clicks: other }];
}

/** Most first, equals by link; all of them: whoever asks leaves out links that are gone. */
function conversionsByLink({ values }: Cell): LinkConversions[] {
  return [...values.conversion]
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

function served(
  counts: ReadonlyMap<string, number>,
  crossed: ReadonlyMap<string, number>,
  sketchOf: (id: string) => Sketch | undefined,
): ServedReport[] {
  const referrers = new Map<string, Map<string, number>>();
  for (const [value, clicks] of crossed) {
    const slash = value.indexOf("/");
    if (slash === -1) continue;
    const id = value.slice(slash + 1);
    const ofId = referrers.get(id) ?? new Map<string, number>();
    referrers.set(id, ofId.set(value.slice(0, slash), clicks));
  }
  return ranked(counts).map(({ value: id, clicks }) => ({
    id,
    clicks,
    unique: estimateVisitors(sketchOf(id) ?? emptySketch()),
    referrers: ranked(referrers.get(id) ?? new Map()),
  }));
}
