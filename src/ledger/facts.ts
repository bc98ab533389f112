/** The `facts` table: single texts by name. */

import type { MeteredSql } from "./metered-sql.ts";

/**
 * `closed`: the workspace is deleted. `trimmed`: the last batch whose clicks are gone. `retention`:
 * the days for which the workspace wants its clicks kept.
 */
export type Fact = "closed" | "trimmed" | "retention";

export function readFact(sql: MeteredSql, name: Fact): string | null {
  const [row] = sql.run<{ value: string }>("SELECT value FROM facts WHERE name = ?", name);
  return row?.value ?? null;
}

export function writeFact(sql: MeteredSql, name: Fact, value: string): void {
  sql.run(
    "INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    name,
    value,
  );
}

export function dropFact(sql: MeteredSql, name: Fact): void {
  sql.run("DELETE FROM facts WHERE name = ?", name);
}
