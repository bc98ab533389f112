/** Writes rows of cells as CSV (RFC 4180), so that no spreadsheet runs any of them. */

import { neutralise } from "./cells.ts";
import type { Papaparse } from "./load-papaparse.ts";

const NEWLINE = "\r\n";

/** Returns the rows as text, with a line end after the last one too. */
export function writeTable(rows: readonly (readonly string[])[], papa: Papaparse): string {
  if (rows.length === 0) return "";
  const safe = rows.map((cells) => cells.map(neutralise));
  return papa.unparse(safe, { newline: NEWLINE }) + NEWLINE;
}
