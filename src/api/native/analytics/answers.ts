/** Reports as the API shows them. */

import * as z from "zod";

const clicks = z.int();
const date = z.iso.date();

/** All links of a workspace in five numbers. */
export const overview = z.strictObject({
  totalLinks: z.int(),
  /** Clicks of all time by people, of links that were deleted since as well. */
  totalClicks: clicks,
  /** Links that are switched on and not archived. */
  activeLinks: z.int(),
  /** The link with most clicks; null if nothing was clicked. */
  topLink: z.strictObject({ shortCode: z.string(), clicks }).nullable(),
});

/** The clicks of one link over a range of days. */
export const report = z.strictObject({
  linkId: z.string(),
  /** Clicks in the range, by people unless `includeBots` is true. */
  totalClicks: clicks,
  /** Every day of the range, those without clicks too. */
  clicksByDay: z.array(z.strictObject({ date, clicks })),
  topReferrers: z.array(z.strictObject({ referrer: z.string(), clicks })),
  /** Countries by ISO 3166-1 alpha-2 code. */
  topCountries: z.array(z.strictObject({ country: z.string(), clicks })),
  /** With the country of each, since several have cities of one name. */
  topCities: z.array(z.strictObject({ city: z.string(), country: z.string().nullable(), clicks })),
  devices: z.array(z.strictObject({ device: z.string(), clicks })),
  browsers: z.array(z.strictObject({ browser: z.string(), clicks })),
  os: z.array(z.strictObject({ os: z.string(), clicks })),
  /** Clicks by hour of the day, from 0 to 23. */
  hours: z.array(z.int()),
  /** Different visitors in the range: exact below a thousand or so, then within 2 %. */
  uniqueVisitors: z.int(),
  /** Clicks that came from the link's QR code. */
  scans: z.int(),
  /** With `includeBots`: clicks by what made them. */
  classes: z.record(z.string(), z.int()).optional(),
  /** The first day of the range. */
  from: date,
  /** The last day of the range, included. */
  to: date,
  /** The zone of days and hours. */
  timezone: z.literal("UTC"),
});
