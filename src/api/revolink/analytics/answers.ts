/** Reports as the API shows them. Only people's clicks are counted. */

import * as z from "zod";

/** Clicks on one value of a breakdown. */
export const entry = z.strictObject({
  title: z.string(),
  /** Clicks within the range. */
  value: z.int(),
  /** The country by ISO 3166-1 alpha-2 code, which clients turn into a flag. */
  flag: z.string().optional(),
});

/** A breakdown by the values that were counted: `Unknown` for those that are not known. */
const entries = z.record(z.string(), entry);

/** The clicks that a rule or a variant has served. */
export const servedClicks = z.strictObject({
  name: z.string(),
  targetUrl: z.string(),
  /** Clicks within the range. */
  clicks: z.int(),
  /** Visitors within the range. */
  uniqueClicks: z.int(),
  /** By where the visitor came from; `Direct` for nowhere. */
  referrers: entries,
});

const totals = {
  /** Clicks within the range. */
  periodTotal: z.int(),
  /** Visitors within the range, by address and user agent. */
  unique: z.int(),
};

const breakdowns = {
  /** Clicks of each day of the range, in UTC. */
  dailyTraffic: z.record(z.string(), z.int()),
  /** By ISO 3166-1 alpha-2 code. */
  countries: entries,
  /** By name; of cities that share one, all but the most clicked add their country. */
  cities: entries,
  devices: entries,
  browsers: entries,
  /** By operating system. */
  os: entries,
};

/** A report on one link. */
export const linkReport = z.strictObject({
  totals: z.strictObject({
    /** Clicks of all time. */
    total: z.int(),
    ...totals,
  }),
  ...breakdowns,
  /** By where the visitor came from; `Direct` for nowhere. */
  referrers: entries,
  /** By the id of each rule that the link has, and `default` for the default rule. */
  rulesStats: z.record(z.string(), servedClicks),
  /** By the id of each variant; empty while the A/B test is off. */
  abVariantsStats: z.record(z.string(), servedClicks),
});

/** A report on all links of a workspace. */
export const linksReport = z.strictObject({
  totals: z.strictObject({
    /** Clicks within the range, like `periodTotal`. */
    total: z.int(),
    ...totals,
  }),
  ...breakdowns,
  /** By the ids of the links that were clicked within the range, at most 500. */
  links: entries,
});
