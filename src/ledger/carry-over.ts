/** What migrations carry over from one form of the tables to the next, with what SQL cannot do. */

import type { MeteredSql } from "../platform/metered-sql.ts";
import { decodeCell } from "./cell-codec.ts";
import { encodeParts, partKey, partSketch, storedParts } from "./part-sketches.ts";
import { decodeSketch, mergeSketch } from "./sketch.ts";

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
      mergeSketch(partSketch(held, key), decodeSketch(new Uint8Array(sketch)));
    }
    sql.run(
      `UPDATE ${row.source} SET parts = ? WHERE scope = ? AND day = ?`,
      encodeParts(held)?.buffer ?? null,
      scope,
      day,
    );
  }
}
