/** The `marks` table: single texts by name. */

import type { MeteredSql } from "../platform/metered-sql.ts";

/**
 * `closed`: the workspace is deleted. `trimmed`: the last batch whose clicks are gone. `retention`:
 * the days for which the workspace wants its clicks kept. `tracking`: a goal is active. `attribution`:
 * the days of the attribution window. `indexing`: the last batch whose clicks can be found by id, on
 * the way to the older ones. `walked_…`: how far the walk over visitors and over tokens has come.
 */
export type Mark =
  | "closed"
  | "trimmed"
  | "retention"
  | "tracking"
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
