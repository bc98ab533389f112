/**
 * Deletes conversions after two years, slice by slice, in an alarm. Reports keep their counts; what
 * is left of each is only how many a link had on a day, so that a purge can still subtract them.
 */

import { DAY_MS } from "../../platform/clock.ts";
import type { MeteredSql } from "../../platform/metered-sql.ts";

/** An order that is reported again after this time counts again. */
export const CONVERSION_DAYS = 730;
const SLICE_ROWS = 1_000;

/** Deletes the next expired conversions; returns whether more may be left. */
export function conversionsSlice(sql: MeteredSql, nowMs: number, rowsMax = SLICE_ROWS): boolean {
  const sinceMs = nowMs - CONVERSION_DAYS * DAY_MS;
  // The last row stays: the next id follows from it, and an id is never used again.
  const rows = sql.run<{ id: number; at_ms: number }>(
    `SELECT id, at_ms FROM conversions WHERE id < (SELECT max(id) FROM conversions)
     ORDER BY id LIMIT ?`,
    rowsMax,
  );
  const end = rows.findIndex(({ at_ms: atMs }) => atMs >= sinceMs);
  const last = rows[(end === -1 ? rows.length : end) - 1];
  if (last === undefined) return false;
  sql.run(
    `INSERT INTO past_conversions (link, day, n)
     SELECT link, at_ms / ${DAY_MS}, count(*) FROM conversions
     WHERE id <= ? AND link IS NOT NULL GROUP BY 1, 2
     ON CONFLICT (link, day) DO UPDATE SET n = n + excluded.n`,
    last.id,
  );
  sql.run("DELETE FROM conversions WHERE id <= ?", last.id);
  return end === -1 && rows.length === rowsMax;
}

export function hasConversions(sql: MeteredSql): boolean {
  return sql.run("SELECT 1 FROM conversions LIMIT 1").length > 0;
}
