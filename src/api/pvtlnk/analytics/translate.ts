/** Converts the Ledger's reports to PVTLNK's objects. */

import type { Report, ReportRange, ValueCount } from "../../../ledger/counts/contract.ts";
import { dayOfDate } from "../../../ledger/counts/day.ts";
import type { LinkName } from "../../../links/store.ts";
import { type BreakdownWords, wordBreakdowns } from "../../shared/breakdowns.ts";
import type { AnswerOf } from "../../shared/reference.ts";
import { share, wireTime, wireTimeOrNull } from "../wire-values.ts";
import type { advancedReport, overview } from "./answers.ts";

export interface ReportWindow {
  readonly days: number;
  readonly range: ReportRange;
  readonly startMs: number;
  /** The first moment after the window. */
  readonly endMs: number;
}

export interface ClickedLink {
  readonly link: LinkName<"code" | "title" | "destinationUrl">;
  /** The clicks within the window. */
  readonly clicks: number;
  readonly lastClickAtMs: number | null;
}

export interface ConvertedLink {
  readonly link: LinkName<"code" | "title" | "createdAtMs">;
  readonly clicks: number;
  readonly conversions: number;
}

const DIRECT = "(direct)";
const UNKNOWN = "(unknown)";

/** Devices that are listed even without clicks. */
const DEVICES = ["desktop", "mobile", "tablet"];

const DAY_NAMES = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** The breakdowns of both reports; neither shows cities, single hosts or clicks per link. */
const OVERVIEW = {
  devices: ["device_breakdown", devices],
  countries: ["country_breakdown", breakdown(UNKNOWN)],
  referrers: ["referrer_breakdown", breakdown(DIRECT)],
  browsers: null,
  os: null,
  hours: null,
  cities: null,
  referrerHosts: null,
  links: null,
} as const satisfies BreakdownWords;

const ADVANCED = {
  browsers: ["browser_breakdown", breakdown(UNKNOWN)],
  os: ["os_breakdown", breakdown(UNKNOWN)],
  hours: ["hourly_distribution", numbered<number>],
  devices: null,
  countries: null,
  referrers: null,
  referrerHosts: null,
  cities: null,
  links: null,
} as const satisfies BreakdownWords;

/** Converts the overview. Visitors who asked not to be tracked add clicks but no visitors. */
export function wireOverview(
  window: ReportWindow,
  report: Report,
  top: readonly ClickedLink[],
): AnswerOf<typeof overview> {
  const { period: clicks, unique } = report;
  return {
    ...wireWindow(window),
    metrics: {
      total_clicks: clicks,
      unique_visitors: unique,
      average_clicks_per_visitor: unique === 0 ? 0 : Math.round((clicks * 100) / unique) / 100,
    },
    top_links: top.map(({ link, clicks: ofLink, lastClickAtMs }) => ({
      id: link.id,
      short_code: link.code,
      title: link.title,
      destination_url: link.destinationUrl,
      clicks: ofLink,
      last_clicked_at: wireTimeOrNull(lastClickAtMs),
    })),
    ...wordBreakdowns(OVERVIEW, report),
    time_series: Object.fromEntries(report.days.map((day) => [day.date, day.clicks])),
  };
}

/** Converts the advanced report; hours and weekdays are in UTC. */
export function wireAdvanced(
  window: ReportWindow,
  report: Report,
  links: readonly ConvertedLink[],
): AnswerOf<typeof advancedReport> {
  const weekdays = weekdaysOf(report);
  return {
    ...wireWindow(window),
    conversion_analysis: links.map(({ link, clicks, conversions }) => ({
      link_id: link.id,
      short_code: link.code,
      title: link.title,
      clicks,
      created_at: wireTime(link.createdAtMs),
      conversion_rate: share(conversions, clicks),
    })),
    ...wordBreakdowns(ADVANCED, report),
    day_of_week_distribution: numbered(weekdays),
    insights: {
      peak_hour: peakOf(report.hours),
      peak_day: peakOf(weekdays),
      top_browser: firstKnown(report.browsers),
      top_os: firstKnown(report.os),
    },
    day_names: numbered(DAY_NAMES),
  };
}

function wireWindow({ days, startMs, endMs }: ReportWindow) {
  return {
    attribution_window_days: days,
    period: { start_date: wireTime(startMs), end_date: wireTime(endMs) },
  };
}

function devices(counts: readonly ValueCount[]): Record<string, number> {
  return {
    ...Object.fromEntries(DEVICES.map((device) => [device, 0])),
    ...breakdown(UNKNOWN)(counts),
  };
}

/** Keys clicks by their values; unknown ones are `none`. */
function breakdown(none: string) {
  return (counts: readonly ValueCount[]): Record<string, number> =>
    Object.fromEntries(counts.map(({ value, clicks }) => [value === "" ? none : value, clicks]));
}

/** Writes a list as PVTLNK does: as an object keyed by index. */
function numbered<T>(list: readonly T[]): Record<string, T> {
  return Object.fromEntries(list.map((value, place) => [String(place), value]));
}

/** Returns seven counts, Sunday first. */
function weekdaysOf({ days }: Report): number[] {
  const counts = [0, 0, 0, 0, 0, 0, 0];
  for (const { date, clicks } of days) {
    // Day 0, 1 January 1970, was a Thursday.
    const weekday = (dayOfDate(date) + 4) % 7;
    counts[weekday] = (counts[weekday] ?? 0) + clicks;
  }
  return counts;
}

/** Returns the index of the first maximum; null if all counts are 0. */
function peakOf(counts: readonly number[]): number | null {
  const most = Math.max(...counts);
  return most === 0 ? null : counts.indexOf(most);
}

/**
 * Returns the first known value: neither unknown clicks nor the many small values together rank.
 */
function firstKnown(counts: readonly ValueCount[]): string | null {
  return counts.find(({ value }) => value !== "" && value !== OTHER)?.value ?? null;
}

const OTHER = "(other)";
