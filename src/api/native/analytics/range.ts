/** Which days a report is asked for. The Ledger counts days in UTC, so ranges are UTC days. */

import * as z from "zod";

import type { ReportRange } from "../../../ledger/contract.ts";
import { dateOf, dayOf, dayOfDate } from "../../../ledger/counts/day.ts";
import { err, ok, type Result } from "../../../platform/result.ts";
import type { Issue } from "../../shared/failure.ts";

const PRESETS = { "7d": 7, "30d": 30, "90d": 90, "12m": null } as const;
const DEFAULT_DAYS = 30;
const DAYS_MAX = 3_660;
const LAST_DAY = dayOfDate("9999-12-31");

const DATE_SENTENCE =
  "must be an ISO 8601 date, such as 2026-05-31, or a date and time with a zone";

function day(field: string) {
  const error = `${field} ${DATE_SENTENCE}`;
  return z
    .union([z.iso.date(), z.iso.datetime({ offset: true })], { error })
    .transform((value) => dayOf(Date.parse(value)))
    .refine((value) => value >= 0 && value <= LAST_DAY, {
      error: `${field} must lie between 1970 and 9999`,
    });
}

const timeZone = z.string().refine(isTimeZone, {
  error: "tz must be an IANA time zone, such as Europe/Kyiv",
});

export const reportQuery = z.object({
  range: z
    .enum(Object.keys(PRESETS) as (keyof typeof PRESETS)[], {
      error: `range must be one of ${Object.keys(PRESETS).join(", ")}`,
    })
    .optional(),
  from: day("from").optional(),
  to: day("to").optional(),
  /** Only decides which date is today, where the range ends today: days are UTC's. */
  tz: timeZone.optional(),
  includeBots: z
    .enum(["true", "false"], { error: "includeBots must be true or false" })
    .default("false")
    .transform((value) => value === "true"),
});

export type ReportQuery = z.output<typeof reportQuery>;

/**
 * Works out the days asked for, both ends included.
 *
 * `from` and `to` outrank `range`. Without `to` a range ends today; without `from` it has the length
 * of `range`, or 30 days.
 */
export function reportRange(query: ReportQuery, nowMs: number): Result<ReportRange, Issue> {
  const to = query.to ?? today(nowMs, query.tz ?? "UTC");
  const from = query.from ?? startOf(to, query.range);
  if (from > to) return refuse("from", `from must not be later than to (${dateOf(to)})`);
  if (to - from >= DAYS_MAX) {
    return refuse("from", `from must be less than ${DAYS_MAX} days before to (${dateOf(to)})`);
  }
  return ok({ from: dateOf(from), to: dateOf(to) });
}

function refuse(field: string, message: string): Result<never, Issue> {
  return err({ path: [field], message });
}

function startOf(to: number, range: ReportQuery["range"]): number {
  const days = range === undefined ? DEFAULT_DAYS : PRESETS[range];
  if (days !== null) return to - days + 1;
  const start = new Date(`${dateOf(to)}T00:00:00Z`);
  start.setUTCFullYear(start.getUTCFullYear() - 1);
  return dayOf(start.getTime()) + 1;
}

/** Gives the date that a calendar in this zone shows. */
function today(nowMs: number, tz: string): number {
  // Swedish dates are written YYYY-MM-DD.
  return dayOfDate(new Intl.DateTimeFormat("sv-SE", { timeZone: tz }).format(nowMs));
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
