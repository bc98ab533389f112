/** The days that a report covers. The Ledger counts days in UTC, so ranges are UTC days. */

import type { ReportRange } from "../../../ledger/counts/contract.ts";
import { dateOf, dayOf, dayOfDate } from "../../../ledger/counts/day.ts";
import { err, ok, type Result } from "../../../platform/result.ts";
import type { Issue } from "../../shared/failure.ts";
import { PRESETS, type ReportQuery } from "./contract.ts";

const DEFAULT_DAYS = 30;
const DAYS_MAX = 3_660;

/**
 * Returns the requested days, both ends included.
 *
 * `from` and `to` take precedence over `range`. Without `to` a range ends today; without `from` it
 * has the length of `range`, or 30 days. Where `tz` is a day ahead of UTC, its today is added; where
 * it is a day behind, the range still ends with UTC's, which has the newest clicks.
 */
export function reportRange(query: ReportQuery, nowMs: number): Result<ReportRange, Issue> {
  const utcToday = dayOf(nowMs);
  const to = query.to ?? Math.max(utcToday, today(nowMs, query.tz ?? "UTC"));
  const from = query.from ?? startOf(query.to ?? utcToday, query.range);
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

/** Returns the current date in this time zone. */
function today(nowMs: number, tz: string): number {
  // Swedish dates are written YYYY-MM-DD.
  return dayOfDate(new Intl.DateTimeFormat("sv-SE", { timeZone: tz }).format(nowMs));
}
