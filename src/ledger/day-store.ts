/** The `cells` table, which holds days that are over, and the sketches of rules and variants. */

import type { MeteredSql } from "../platform/metered-sql.ts";
import { decodeCell, encodeCell } from "./cell-codec.ts";
import { decodeSketch, emptySketch, encodeSketch, type Sketch } from "./sketch.ts";
import { emptyDay, type DayCounts } from "./state-store.ts";

interface CellRow extends Record<string, SqlStorageValue> {
  day: number;
  cell: string;
  sketch: ArrayBuffer;
}

/** Reads one day that is over; an empty one when nothing came on it. */
export function loadDay(sql: MeteredSql, scope: number, day: number): DayCounts {
  const [counts] = [...pastDays(sql, scope, day, day)];
  return counts ?? emptyDay(day);
}

/** Gives the days of a range that are over and had clicks, in order; a long range has many. */
export function* pastDays(
  sql: MeteredSql,
  scope: number,
  from: number,
  to: number,
): Generator<DayCounts> {
  const rows = sql.each<CellRow>(
    "SELECT day, cell, sketch FROM cells WHERE scope = ? AND day BETWEEN ? AND ? ORDER BY day",
    scope,
    from,
    to,
  );
  for (const { day, cell, sketch } of rows) {
    yield { day, cell: decodeCell(cell), sketch: decodeSketch(new Uint8Array(sketch)) };
  }
}

/** Lists the days of a scope that are over and had clicks. */
export function pastDayNumbers(sql: MeteredSql, scope: number): number[] {
  const rows = sql.run<{ day: number }>("SELECT day FROM cells WHERE scope = ?", scope);
  return rows.map(({ day }) => day);
}

export function saveDay(sql: MeteredSql, scope: number, { day, cell, sketch }: DayCounts): void {
  sql.run(
    `INSERT INTO cells (scope, day, cell, sketch) VALUES (?, ?, ?, ?)
     ON CONFLICT (scope, day) DO UPDATE SET cell = excluded.cell, sketch = excluded.sketch`,
    scope,
    day,
    encodeCell(cell),
    encodeSketch(sketch).buffer,
  );
}

/** One rule's or variant's visitors of one day. */
export interface Part {
  readonly scope: number;
  readonly day: number;
  /** `r:<rule>` or `v:<variant>`. */
  readonly part: string;
}

export function loadPart(sql: MeteredSql, { scope, day, part }: Part): Sketch {
  const [row] = sql.run<{ sketch: ArrayBuffer }>(
    "SELECT sketch FROM part_sketches WHERE scope = ? AND day = ? AND part = ?",
    scope,
    day,
    part,
  );
  return row === undefined ? emptySketch() : decodeSketch(new Uint8Array(row.sketch));
}

export function savePart(sql: MeteredSql, { scope, day, part }: Part, sketch: Sketch): void {
  sql.run(
    `INSERT INTO part_sketches (scope, day, part, sketch) VALUES (?, ?, ?, ?)
     ON CONFLICT (scope, day, part) DO UPDATE SET sketch = excluded.sketch`,
    scope,
    day,
    part,
    encodeSketch(sketch).buffer,
  );
}

/** Forgets all that is known of a scope's days. */
export function dropDays(sql: MeteredSql, scope: number): void {
  sql.run("DELETE FROM cells WHERE scope = ?", scope);
  sql.run("DELETE FROM part_sketches WHERE scope = ?", scope);
}
