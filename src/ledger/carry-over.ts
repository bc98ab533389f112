/** What migrations carry over from one form of the tables to the next, with what SQL cannot do. */

import { DAY_MS } from "../platform/clock.ts";
import type { MeteredSql } from "../platform/metered-sql.ts";
import { decodeCell, encodeCell } from "./counts/cell-codec.ts";
import { countConversion, countVariant, emptyCell, type Cell } from "./counts/cell.ts";
import { addEncoded, encodeParts, partKey, storedParts } from "./counts/part-sketches.ts";
import { emptySketch, encodeSketch } from "./counts/sketch.ts";

/** Moves the visitors of rules and variants from rows of their own into their link's day. */
export function carryParts(sql: MeteredSql): void {
  const days = sql.run<{ scope: number; day: number }>(
    "SELECT DISTINCT scope, day FROM part_sketches",
  );
  for (const { scope, day } of days) {
    const [row] = sql.run<{ source: "state" | "cells"; cell: string }>(
      `SELECT 'state' AS source, cell FROM state WHERE scope = ?1 AND day = ?2
       UNION ALL SELECT 'cells', cell FROM cells WHERE scope = ?1 AND day = ?2`,
      scope,
      day,
    );
    if (row === undefined) continue;
    const cell = decodeCell(row.cell);
    const held = storedParts(null);
    const parts = sql.each<{ part: string; sketch: ArrayBuffer }>(
      "SELECT part, sketch FROM part_sketches WHERE scope = ? AND day = ?",
      scope,
      day,
    );
    for (const { part, sketch } of parts) {
      const key = partKey(cell, part.startsWith("r:") ? "rule" : "variant", part.slice(2));
      addEncoded(held, key, new Uint8Array(sketch));
    }
    sql.run(
      `UPDATE ${row.source} SET parts = ? WHERE scope = ? AND day = ?`,
      encodeParts(held, [row.cell])?.buffer ?? null,
      scope,
      day,
    );
  }
}

/** Counts the conversions that there are, by link, in the days of the workspace. */
export function carryConversions(sql: MeteredSql): void {
  const byDay = Map.groupBy(
    sql.run<{ day: number; link: number; n: number }>(
      `SELECT at / ${DAY_MS} AS day, link, count(*) AS n FROM conversions
       WHERE link IS NOT NULL GROUP BY day, link ORDER BY day, link`,
    ),
    ({ day }) => day,
  );
  for (const [day, links] of byDay) {
    changeWorkspaceCell(sql, day, (cell) => {
      for (const { link, n } of links) countConversion(cell, link, n);
    });
  }
}

/** Adds up the clicks that each variant had on the days of its link. */
export function carryVariants(sql: MeteredSql): void {
  const byLink = new Map<number, Map<string, number>>();
  const days = sql.each<{ scope: number; cell: string }>(
    `SELECT scope, cell FROM cells WHERE instr(cell, '"variant":[') > 0
     UNION ALL SELECT scope, cell FROM state WHERE instr(cell, '"variant":[') > 0`,
  );
  for (const { scope, cell } of days) {
    const counts = byLink.get(scope) ?? new Map<string, number>();
    for (const [variant, n] of decodeCell(cell).values.variant) countVariant(counts, variant, n);
    byLink.set(scope, counts);
  }
  for (const [link, counts] of byLink) {
    sql.run("UPDATE state SET variants = ? WHERE scope = ?", JSON.stringify([...counts]), link);
  }
}

/** Does what `changeDay` does, and touches no column that a later migration may bring. */
function changeWorkspaceCell(sql: MeteredSql, day: number, change: (cell: Cell) => void): void {
  const [row] = sql.run<{ day: number | null; cell: string | null }>(
    "SELECT day, cell FROM state WHERE scope = 0",
  );
  const open = row?.day ?? null;
  const changed = (cell: string | null | undefined): string => {
    const counts = typeof cell === "string" ? decodeCell(cell) : emptyCell();
    change(counts);
    return encodeCell(counts);
  };
  if (row === undefined || open === null) return;
  if (day < open) {
    const [past] = sql.run<{ cell: string }>(
      "SELECT cell FROM cells WHERE scope = 0 AND day = ?",
      day,
    );
    sql.run(
      `INSERT INTO cells (scope, day, cell, sketch) VALUES (0, ?, ?, ?)
       ON CONFLICT (scope, day) DO UPDATE SET cell = excluded.cell`,
      day,
      changed(past?.cell),
      encodeSketch(emptySketch()).buffer,
    );
    return;
  }
  if (day === open) {
    sql.run("UPDATE state SET cell = ? WHERE scope = 0", changed(row.cell));
    return;
  }
  sql.run(
    "INSERT INTO cells (scope, day, cell, sketch) SELECT 0, day, cell, sketch FROM state WHERE scope = 0",
  );
  sql.run(
    "UPDATE state SET day = ?, cell = ?, sketch = ? WHERE scope = 0",
    day,
    changed(null),
    encodeSketch(emptySketch()).buffer,
  );
}
