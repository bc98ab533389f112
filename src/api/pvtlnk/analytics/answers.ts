/** Reports as the API shows them. */

import * as z from "zod";

import { time } from "../answers.ts";

/** Clicks by the values that were counted. */
const clicksByValue = z.record(z.string(), z.int());

const window = {
  /** How many days the report covers; today is the last. */
  attribution_window_days: z.int(),
  period: z.strictObject({
    start_date: time,
    /** The first moment after the last day. */
    end_date: time,
  }),
};

/** A report on all links of a workspace. */
export const overview = z.strictObject({
  ...window,
  metrics: z.strictObject({
    /** Clicks by people. */
    total_clicks: z.int(),
    unique_visitors: z.int(),
    /** With two decimals. */
    average_clicks_per_visitor: z.number(),
  }),
  /** The ten links with the most clicks. */
  top_links: z.array(
    z.strictObject({
      id: z.int(),
      short_code: z.string(),
      title: z.string().nullable(),
      destination_url: z.string(),
      clicks: z.int(),
      last_clicked_at: time.nullable(),
    }),
  ),
  /** Clicks by device. */
  device_breakdown: clicksByValue,
  /** Clicks by ISO 3166-1 alpha-2 code; `(unknown)` if it is not known. */
  country_breakdown: clicksByValue,
  /** Clicks by where the visitor came from; `(direct)` for nowhere. */
  referrer_breakdown: clicksByValue,
  /** Clicks by day in UTC. */
  time_series: clicksByValue,
});

/** A report on conversions, software and times. */
export const advancedReport = z.strictObject({
  ...window,
  /** Up to a hundred links: those with clicks, then those with conversions only. */
  conversion_analysis: z.array(
    z.strictObject({
      link_id: z.int(),
      short_code: z.string(),
      title: z.string().nullable(),
      clicks: z.int(),
      created_at: time,
      /** Conversions in percent of the clicks, with one decimal. */
      conversion_rate: z.number(),
    }),
  ),
  /** Clicks by browser; `(unknown)` if it is not known. */
  browser_breakdown: clicksByValue,
  /** Clicks by operating system; `(unknown)` if it is not known. */
  os_breakdown: clicksByValue,
  /** Clicks by hour of the day in UTC, from `0` to `23`. */
  hourly_distribution: clicksByValue,
  /** Clicks by day of the week in UTC, from `0` (Sunday) to `6`. */
  day_of_week_distribution: clicksByValue,
  insights: z.strictObject({
    /** The hour of the day with the most clicks; null without clicks. */
    peak_hour: z.int().nullable(),
    /** The day of the week with the most clicks; null without clicks. */
    peak_day: z.int().nullable(),
    /** Null if none is known. */
    top_browser: z.string().nullable(),
    /** Null if none is known. */
    top_os: z.string().nullable(),
  }),
  /** The names of the days of the week. */
  day_names: z.record(z.string(), z.string()),
});
