/**
 * The stored format of a cell: JSON with one flat list per dimension, since keys would take most of
 * the bytes. When read, an unknown dimension is dropped and a missing one is empty.
 */

import type { ClickClass } from "../contract.ts";
import { emptyCell, type Cell } from "./cell.ts";
import { DIMENSION_NAMES } from "./dimensions.ts";

type Flat = (string | number)[];

interface StoredCell {
  /** `c` holds the classes and `s` the scans; every other key is a dimension. */
  readonly c: Flat;
  readonly s?: number;
  readonly [dimension: string]: Flat | number | undefined;
}

export function encodeCell(cell: Cell): string {
  const stored: Record<string, Flat | number> = { c: [...cell.classes].flat() };
  if (cell.scans > 0) stored["s"] = cell.scans;
  for (const dimension of DIMENSION_NAMES) {
    const counts = cell.values[dimension];
    if (counts.size > 0) stored[dimension] = [...counts].flat();
  }
  return JSON.stringify(stored);
}

/** Reads what `encodeCell` wrote, in this version or another. */
export function decodeCell(text: string): Cell {
  const stored = JSON.parse(text) as StoredCell;
  const cell = emptyCell();
  for (const [clickClass, n] of pairs(stored.c)) cell.classes.set(clickClass as ClickClass, n);
  for (const dimension of DIMENSION_NAMES) {
    const flat = stored[dimension];
    if (!Array.isArray(flat)) continue;
    for (const [value, n] of pairs(flat)) cell.values[dimension].set(value, n);
  }
  cell.scans = stored.s ?? 0;
  return cell;
}

function* pairs(flat: Flat): Generator<[value: string, n: number]> {
  for (let i = 0; i < flat.length; i += 2) yield [String(flat[i]), Number(flat[i + 1])];
}
