/** Reads a CSV file as rows of named cells, which still say anything. */

import { err, ok, type Result } from "../../platform/result.ts";
import { restore } from "./cells.ts";
import { IMPORT_COLUMNS, IMPORT_ROWS_MAX, type ImportColumn, REQUIRED_COLUMN } from "./columns.ts";
import type { CsvRefusal } from "./errors.ts";
import type { Papaparse } from "./load-papaparse.ts";

/** A cell that is not there is empty. */
export type Cells = Readonly<Record<ImportColumn, string>>;

export interface TableRow {
  /** As a spreadsheet numbers it: the header is row 1, and empty rows count. */
  readonly row: number;
  readonly cells: Cells;
}

type Columns = ReadonlyMap<ImportColumn, number>;

/**
 * Reads a file with a header: RFC 4180, with LF for CRLF and a byte order mark if need be. The names
 * in the header are read in any letter case; of two columns of one name the first counts.
 *
 * Row by row: what is too much is not kept.
 */
export function readTable(csv: string, papa: Papaparse): Result<TableRow[], CsvRefusal> {
  const text = csv.toWellFormed().replace(/^\uFEFF/, "");
  const rows: TableRow[] = [];
  let columns: Columns | null = null;
  let refusal: CsvRefusal | null = null;
  let row = 0;
  papa.parse(text, {
    delimiter: ",",
    newline: newlineOf(text),
    // It would split the whole text at once.
    fastMode: false,
    step({ data, errors }, parser) {
      row += 1;
      if (errors.some(({ type }) => type === "Quotes")) refusal = { code: "csv_malformed", row };
      else if (isEmpty(data)) return;
      else if (columns === null) ({ columns, refusal } = readHeader(data));
      else if (rows.length === IMPORT_ROWS_MAX) {
        refusal = { code: "csv_too_many_rows", limit: IMPORT_ROWS_MAX };
      } else rows.push({ row, cells: cellsOf(data, columns) });
      if (refusal !== null) parser.abort();
    },
  });
  if (refusal !== null) return err(refusal);
  return columns === null ? err(missing()) : ok(rows);
}

/** LF serves CRLF too: what is left of it is dropped with the row's last cell. */
function newlineOf(text: string): "\n" | "\r" {
  return /\r\n|\n|\r/.exec(text)?.[0] === "\r" ? "\r" : "\n";
}

function isEmpty(data: readonly string[]): boolean {
  return data.every((cell) => cell.trim() === "");
}

function readHeader(data: readonly string[]): { columns: Columns; refusal: CsvRefusal | null } {
  const names = data.map((name) => name.trim().toLowerCase());
  const columns = new Map(
    IMPORT_COLUMNS.flatMap((column) => {
      const at = names.indexOf(column);
      return at === -1 ? [] : [[column, at] as const];
    }),
  );
  return { columns, refusal: columns.has(REQUIRED_COLUMN) ? null : missing() };
}

function missing(): CsvRefusal {
  return { code: "csv_column_missing", column: REQUIRED_COLUMN };
}

function cellsOf(data: readonly string[], columns: Columns): Cells {
  const last = data.length - 1;
  const cells = IMPORT_COLUMNS.map((column) => {
    const at = columns.get(column) ?? data.length;
    const cell = data[at] ?? "";
    return [column, restore(at === last ? cell.replace(/\r$/, "") : cell)] as const;
  });
  return Object.fromEntries(cells) as Cells;
}
