/** The `facts` table: single texts by name. */

import type { MeteredSql } from "./metered-sql.ts";

/** `closed`: the workspace is deleted. `trimmed`: the last batch whose clicks are gone. */
export type Fact = "closed" | "trimmed";

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
