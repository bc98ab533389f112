/** Ends the time of clicks and guards, oldest first, in slices under an alarm. */

import { DAY_MS } from "../platform/clock.ts";
import { readFact, writeFact } from "./facts.ts";
import type { MeteredSql } from "./metered-sql.ts";

export interface Retention {
  readonly nowMs: number;
  /** 0 keeps no clicks. */
  readonly clickDays: number;
  /** The object nears the 10 GB that it may hold: the log goes first, whatever its age. */
  readonly oversized: boolean;
}

/** A queue delivers a message again within days, an operator within weeks. */
const GUARD_DAYS = 30;
/** Cloudflare refuses writes at 10 GB. */
export const SIZE_WARNING_BYTES = 8_000_000_000;
export const RETENTION_SLICE_BATCHES = 1_000;

/** Clicks before this moment are not kept; infinity where no clicks are kept at all. */
export function logsSinceMs(clickDays: number, nowMs: number): number {
  return clickDays === 0 ? Number.POSITIVE_INFINITY : nowMs - clickDays * DAY_MS;
}

/** Drops the next batches whose time is over; false when none are left. */
export function retentionSlice(
  sql: MeteredSql,
  retention: Retention,
  batchesMax = RETENTION_SLICE_BATCHES,
): boolean {
  // One after the other: dropping rows moves nothing that trimming still has to look at.
  const dropped = dropBatches(sql, retention, batchesMax);
  const trimmed = trimBatches(sql, retention, batchesMax);
  return dropped || trimmed;
}

/** Deletes rows that neither guard nor log needs any more. */
function dropBatches(
  sql: MeteredSql,
  { nowMs, clickDays }: Retention,
  batchesMax: number,
): boolean {
  const endMs = nowMs - Math.max(GUARD_DAYS, clickDays) * DAY_MS;
  const over = leading(sql, "", endMs, batchesMax);
  const last = over.at(-1);
  if (last === undefined) return false;
  sql.run("DELETE FROM batches WHERE batch_id <= ?", last);
  return over.length === batchesMax;
}

/** Empties rows that stay as guards only. */
function trimBatches(sql: MeteredSql, retention: Retention, batchesMax: number): boolean {
  const { nowMs, clickDays, oversized } = retention;
  if (clickDays >= GUARD_DAYS && !oversized) return false;
  const endMs = oversized ? Number.MAX_SAFE_INTEGER : logsSinceMs(clickDays, nowMs);
  const from = readFact(sql, "trimmed") ?? "";
  const over = leading(sql, from, Math.min(endMs, Number.MAX_SAFE_INTEGER), batchesMax);
  const last = over.at(-1);
  if (last === undefined) return false;
  sql.run(
    "UPDATE batches SET data = NULL WHERE batch_id > ? AND batch_id <= ? AND data IS NOT NULL",
    from,
    last,
  );
  writeFact(sql, "trimmed", last);
  return over.length === batchesMax;
}

/** Gives the ids after `from` that come before the first batch still in its time. */
function leading(sql: MeteredSql, from: string, endMs: number, batchesMax: number): string[] {
  const rows = sql.run<{ batch_id: string; at: number }>(
    "SELECT batch_id, at FROM batches WHERE batch_id > ? ORDER BY batch_id LIMIT ?",
    from,
    batchesMax,
  );
  const end = rows.findIndex(({ at }) => at >= endMs);
  return rows.slice(0, end === -1 ? rows.length : end).map(({ batch_id: id }) => id);
}
