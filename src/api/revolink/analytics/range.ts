/** The days that a report covers, in UTC, both ends included. */

import type { ReportRange } from "../../../ledger/counts/contract.ts";
import { dateOf, dayOf, dayOfDate } from "../../../ledger/counts/day.ts";
import { err, ok, type Result } from "../../../platform/result.ts";
import type { RawFields } from "../../shared/dialect.ts";
import type { RevolinkRefusal } from "../errors.ts";

const DAYS_MAX = 3_660;
const DATE = /^\d{4}-\d\d-\d\d$/;

/**
 * Returns the days from `from` and `to`.
 *
 * Without `to` they end today. Without `from` they begin with `sinceMs`, before which nothing can
 * have been counted, or as early as the maximum range allows.
 */
export function reportRange(
  fields: RawFields,
  { sinceMs, nowMs }: { readonly sinceMs: number; readonly nowMs: number },
): Result<ReportRange, RevolinkRefusal> {
  const given = { from: dayGiven(fields["from"]), to: dayGiven(fields["to"]) };
  for (const field of ["from", "to"] as const) {
    if (Number.isNaN(given[field])) {
      return refuse(`${field} must be a date in YYYY-MM-DD format.`);
    }
  }
  const to = given.to ?? dayOf(nowMs);
  const from = given.from ?? Math.max(Math.min(dayOf(sinceMs), to), to - DAYS_MAX + 1);
  if (from > to) return refuse(`from must not be later than to (${dateOf(to)}).`);
  if (to - from >= DAYS_MAX) return refuse(`from and to must span at most ${DAYS_MAX} days.`);
  return ok({ from: dateOf(from), to: dateOf(to) });
}

/** Parses a date. NaN means that it is not one; an absent or empty parameter is undefined. */
function dayGiven(value: unknown): number | undefined {
  if (value === undefined || value === "") return undefined;
  if (typeof value !== "string" || !DATE.test(value)) return NaN;
  const day = dayOfDate(value);
  // Some engines read `2026-02-30` as a day in March.
  return !Number.isNaN(day) && dateOf(day) === value ? day : NaN;
}

function refuse(sentence: string): Result<never, RevolinkRefusal> {
  return err({ reason: "field_refused", sentence });
}
