/** The requests for reports. */

import * as z from "zod";

import { dayOf } from "../../../ledger/counts/day.ts";
import { flagText, timeText } from "../../shared/plain-values.ts";

/** The number of days of each preset; null for a year, whose length varies. */
export const PRESETS = { "7d": 7, "30d": 30, "90d": 90, "12m": null } as const;

const DATE_SENTENCE = "must be an ISO 8601 date, such as 2026-05-31, or a date and time";

function day(field: string) {
  const error = `${field} ${DATE_SENTENCE}`;
  return timeText(error)
    .transform(dayOf)
    .refine((value) => value >= 0, { error: `${field} must not lie before 1970` });
}

const timeZone = z.string().refine(isTimeZone, {
  error: "tz must be an IANA time zone, such as Europe/Kyiv",
});

export const reportQuery = z.object({
  /** A range that ends today, in place of `from` and `to`. */
  range: z
    .enum(Object.keys(PRESETS) as (keyof typeof PRESETS)[], {
      error: `range must be one of ${Object.keys(PRESETS).join(", ")}`,
    })
    .optional(),
  /** The first day of the range. */
  from: day("from").optional(),
  /** The last day of the range, included. */
  to: day("to").optional(),
  /** Can only add a day that has begun there already: days are in UTC. */
  tz: timeZone.optional(),
  /** Whether referrers are counted by family (`l.facebook.com` is `facebook.com`) or by host. */
  referrers: z
    .enum(["families", "hosts"], { error: "referrers must be families or hosts" })
    .default("families"),
  /** Whether clicks include bots, previews and prefetches. */
  includeBots: flagText("includeBots must be true or false").default(false),
});

export type ReportQuery = z.output<typeof reportQuery>;

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
