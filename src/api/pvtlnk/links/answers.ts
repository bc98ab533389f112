/** Links and their variants as the API shows them. */

import * as z from "zod";

import { time } from "../answers.ts";

/** A short link. */
export const link = z.strictObject({
  id: z.int(),
  short_code: z.string(),
  short_url: z.string(),
  destination_url: z.string(),
  title: z.string().nullable(),
  description: z.string().nullable(),
  /** Names of tags. */
  tags: z.array(z.string()),
  /** Clicks by people, of all time. */
  click_count: z.int(),
  /** False for an archived link, too. */
  active: z.boolean(),
  archived: z.boolean(),
  password_protected: z.boolean(),
  /** Whether it has a start or an end. */
  is_scheduled: z.boolean(),
  /** Before this time it is not found. */
  scheduled_start_at: time.nullable(),
  /** After this time it is gone. */
  scheduled_end_at: time.nullable(),
  /** Whether it has an `expires_at`. */
  expires: z.boolean(),
  /** After this time it is gone. */
  expires_at: time.nullable(),
  /** The time of the last click by a person; null before the first. */
  last_clicked_at: time.nullable(),
  created_at: time,
  updated_at: time,
  /** Parameters that every destination of the link gets, by names such as `utm_source`. */
  utm_params: z.record(z.string(), z.string()),
});

/** A click as a link shows it. */
export const recentClick = z.strictObject({
  clicked_at: time,
  /** A keyed hash; null for a visitor who asked not to be tracked. */
  hashed_ip: z.string().nullable(),
  /** A keyed hash; null for a visitor who asked not to be tracked. */
  hashed_user_agent: z.string().nullable(),
  /** The host of the page that the visitor came from; null for none. */
  referrer_domain: z.string().nullable(),
  /** ISO 3166-1 alpha-2; null if it is not known. */
  country_code: z.string().nullable(),
  device_type: z.string(),
  /** Null if it is not known. */
  browser_family: z.string().nullable(),
  /** Null if it is not known. */
  os_family: z.string().nullable(),
});

/** The clicks of a single link. */
export const linkAnalytics = z.strictObject({
  /** Clicks by people, of all time. */
  total_clicks: z.int(),
  /** The last ones, the newest first. */
  recent_clicks: z.array(recentClick),
});

/** A link on its own. */
export const linkDetails = link.extend({
  /** Only for a token with the scope `links:read:analytics`. */
  analytics: linkAnalytics.optional(),
});

/** Where a page is among all that was found. */
export const pagination = z.strictObject({
  page: z.int(),
  per_page: z.int(),
  /** How many there are on all pages. */
  total: z.int(),
  total_pages: z.int(),
});

/** A page of links, the newest first. */
export const linkPage = z.strictObject({
  success: z.literal(true),
  links: z.array(link),
  pagination,
});

/** What an import made. */
export const importReport = z.strictObject({
  success: z.literal(true),
  /** How many links were created. */
  created: z.int(),
  /** The same number, for an import of objects. */
  imported: z.int().optional(),
  /** The new links, in the order of their rows. */
  links: z.array(link),
  /** The rows that did not become links. */
  errors: z.array(
    z.strictObject({
      /** The header of a file is row 1; the first of the objects is row 1, too. */
      row: z.int(),
      /** A sentence about each fault. */
      errors: z.array(z.string()),
    }),
  ),
  summary: z.strictObject({
    total_rows: z.int(),
    created: z.int(),
    failed: z.int(),
  }),
});

/** A destination of a link's A/B test. */
export const variant = z.strictObject({
  id: z.int(),
  name: z.string(),
  destination_url: z.string(),
  /** Its share of the traffic relative to the other active variants. */
  weight: z.number(),
  active: z.boolean(),
  /** Clicks by people, of all time. */
  click_count: z.int(),
  /** Its share of the clicks on all listed variants, in percent with one decimal. */
  click_percentage: z.number(),
  created_at: time,
  updated_at: time,
});

/** The variants of a link. */
export const variantList = z.strictObject({
  success: z.literal(true),
  /** Whether visitors are sent to variants at present. */
  ab_testing_active: z.boolean(),
  variants: z.array(variant),
});
