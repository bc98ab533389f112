/** The `marks` table: single values by name. */

import type { MeteredSql } from "../platform/metered-sql.ts";

/**
 * The name of a mark.
 *
 * - `closed`: the workspace is deleted.
 * - `ledger`: the Ledger's own name, which its queue messages carry.
 * - `tidy`: when the daily work is due, while an alarm for deliveries comes before it.
 * - `trimmed`: the last batch whose clicks were deleted.
 * - `retention`: the days for which the workspace keeps its clicks.
 * - `tracking`: a goal is active.
 * - `thresholds`: JSON array of the numbers of clicks that webhooks are to be told of.
 * - `attribution`: the days of the attribution window.
 * - `indexing`: the oldest batch indexed by click id so far, while older ones remain.
 * - `walked_…`: the last key that the walk over visitors or tokens has passed.
 */
export type Mark =
  | "closed"
  | "ledger"
  | "tidy"
  | "trimmed"
  | "retention"
  | "tracking"
  | "thresholds"
  | "attribution"
  | "indexing"
  | "walked_last_clicks"
  | "walked_tokens";

export function readMark(sql: MeteredSql, name: Mark): string | null {
  const [row] = sql.run<{ value: string }>("SELECT value FROM marks WHERE name = ?", name);
  return row?.value ?? null;
}

export function writeMark(sql: MeteredSql, name: Mark, value: string): void {
  sql.run(
    "INSERT INTO marks (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    name,
    value,
  );
}

export function dropMark(sql: MeteredSql, name: Mark): void {
  sql.run("DELETE FROM marks WHERE name = ?", name);
}
