/** Reads links that were sent as objects as the rows of a file with the same columns. */

import { writeTags } from "../../../links/csv/cells.ts";
import type { Cells, TableRow } from "../../../links/csv/read-table.ts";
import { mapInSlices } from "../../../platform/pauses.ts";
import { IMPORT_COLUMNS, type ImportColumn } from "../../shared/wire/csv/columns.ts";

/** Rows that are made before a pause: about a millisecond of the thread. */
const ROWS_AT_ONCE = 500;

/** Returns a row for each link, numbered from 1. Other fields are ignored, as columns are. */
export async function rowsOf(
  links: readonly Readonly<Record<string, unknown>>[],
): Promise<TableRow<ImportColumn>[]> {
  return mapInSlices(links, ROWS_AT_ONCE, (link, at) => {
    const cells = IMPORT_COLUMNS.map((column) => [column, cellOf(link[column])] as const);
    return {
      row: at + 1,
      cells: Object.fromEntries(cells) as Cells<ImportColumn>,
      isTooWide: false,
    };
  });
}

/** What is neither a text nor a plain value becomes JSON, which no column accepts by accident. */
function cellOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value.toWellFormed();
  const isNames = Array.isArray(value) && value.every((name) => typeof name === "string");
  return isNames ? writeTags(value) : JSON.stringify(value);
}
