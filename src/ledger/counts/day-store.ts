/** Stores days that are over, in the `cells` table. */

import type { MeteredSql } from "../../platform/metered-sql.ts";
import { decodeCell, encodeCell } from "./cell-codec.ts";
import type { Cell } from "./cell.ts";
import { encodeParts, storedParts } from "./part-sketches.ts";
import { decodeSketch, encodeSketch } from "./sketch.ts";
import { emptyDay, type DayCounts, type ScopeState } from "./state-store.ts";

interface CellRow extends Record<string, SqlStorageValue> {
  day: number;
  cell: string;
  sketch: ArrayBuffer;
  parts: ArrayBuffer | null;
}

export interface PastDays {
  readonly scope: number;
  readonly from: number;
  readonly to: number;
  /** Whether to read rules and variants: by far the most bytes of a row, and seldom reported. */
  readonly withParts: boolean;
}

/** Reads one day that is over; returns an empty day when it had no clicks. */
export function loadDay(sql: MeteredSql, scope: number, day: number): DayCounts {
  const [counts] = [...pastDays(sql, { scope, from: day, to: day, withParts: true })];
  return counts ?? emptyDay(day);
}

/** Yields the days of a range that are over and had clicks, in order, since they may be many. */
export function* pastDays(
  sql: MeteredSql,
  { scope, from, to, withParts }: PastDays,
): Generator<DayCounts> {
  const rows = sql.each<CellRow>(
    `SELECT day, cell, sketch, ${withParts ? "parts" : "NULL AS parts"} FROM cells
     WHERE scope = ? AND day BETWEEN ? AND ? ORDER BY day LIMIT ?`,
    scope,
    from,
    to,
    // Without a limit, SQLite would also read the row after the range.
    to - from + 1,
  );
  for (const { day, cell, sketch, parts } of rows) {
    yield {
      day,
      cell: decodeCell(cell),
      sketch: decodeSketch(new Uint8Array(sketch)),
      parts: storedParts(parts),
    };
  }
}

/** Lists the days of a scope that are over and had clicks. */
export function pastDayNumbers(sql: MeteredSql, scope: number): number[] {
  const rows = sql.run<{ day: number }>("SELECT day FROM cells WHERE scope = ?", scope);
  return rows.map(({ day }) => day);
}

export function saveDay(sql: MeteredSql, scope: number, counts: DayCounts): void {
  const { day, sketch, parts } = counts;
  const cell = encodeCell(counts.cell);
  sql.run(
    `INSERT INTO cells (scope, day, cell, sketch, parts) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (scope, day) DO UPDATE SET
       cell = excluded.cell, sketch = excluded.sketch, parts = excluded.parts`,
    scope,
    day,
    cell,
    encodeSketch(sketch).buffer,
    encodeParts(parts, [cell])?.buffer ?? null,
  );
}

/**
 * Changes the counts of one day of a scope; a day newer than the open one closes the open one.
 *
 * The caller must save the scope's state.
 */
export function changeDay(
  sql: MeteredSql,
  state: ScopeState,
  day: number,
  change: (cell: Cell) => void,
): void {
  const { scope, open } = state;
  if (open !== null && day < open.day) {
    const counts = loadDay(sql, scope, day);
    change(counts.cell);
    saveDay(sql, scope, counts);
    return;
  }
  if (open !== null && day > open.day) saveDay(sql, scope, open);
  state.open = open?.day === day ? open : emptyDay(day);
  change(state.open.cell);
}

/** Deletes all days of a scope that are over. */
export function dropDays(sql: MeteredSql, scope: number): void {
  sql.run("DELETE FROM cells WHERE scope = ?", scope);
}
