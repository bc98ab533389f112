/** Reads a CSV file as rows of named cells, whose texts are not validated yet. */

import { err, ok, type Result } from "../../platform/result.ts";
import { restore } from "./cells.ts";
import type { CsvRefusal } from "./errors.ts";
import type { Papaparse } from "./load-papaparse.ts";

/** The expected format of a file. */
export interface TableForm<Column extends string> {
  /** Other columns are ignored. */
  readonly columns: readonly Column[];
  /** The column that the header must name. */
  readonly required: Column;
  /** The most rows, not counting the header. */
  readonly rowsMax: number;
}

/** The cells of a row; a missing cell is empty. */
export type Cells<Column extends string> = Readonly<Record<Column, string>>;

export interface TableRow<Column extends string> {
  /** The row's number in a spreadsheet: the header is row 1, and empty rows count. */
  readonly row: number;
  readonly cells: Cells<Column>;
}

type Places<Column> = ReadonlyMap<Column, number>;

/**
 * Reads a file with a header: RFC 4180, also with LF line ends and a byte order mark. Column names
 * match in any letter case; if two columns have the same name, the first counts.
 *
 * Reads row by row, and does not keep rows beyond the limit.
 */
export function readTable<Column extends string>(
  csv: string,
  form: TableForm<Column>,
  papa: Papaparse,
): Result<TableRow<Column>[], CsvRefusal> {
  const text = csv.toWellFormed().replace(/^\uFEFF/, "");
  const missing: CsvRefusal = { reason: "csv_column_missing", column: form.required };
  const rows: TableRow<Column>[] = [];
  let places: Places<Column> | null = null;
  let refusal: CsvRefusal | null = null;
  let row = 0;
  papa.parse(text, {
    delimiter: ",",
    newline: newlineOf(text),
    // papaparse would otherwise split the whole text at once.
    fastMode: false,
    step({ data, errors }, parser) {
      row += 1;
      if (errors.some(({ type }) => type === "Quotes")) refusal = { reason: "csv_malformed", row };
      else if (isEmpty(data)) return;
      else if (places === null) {
        places = placesIn(data, form.columns);
        if (!places.has(form.required)) refusal = missing;
      } else if (rows.length === form.rowsMax) {
        refusal = { reason: "csv_too_many_rows", limit: form.rowsMax };
      } else rows.push({ row, cells: cellsOf(data, form.columns, places) });
      if (refusal !== null) parser.abort();
    },
  });
  if (refusal !== null) return err(refusal);
  return places === null ? err(missing) : ok(rows);
}

/**
 * Returns the line end to split at. LF also covers CRLF: the remaining CR is trimmed from the row's
 * last cell.
 */
function newlineOf(text: string): "\n" | "\r" {
  return /\r\n|\n|\r/.exec(text)?.[0] === "\r" ? "\r" : "\n";
}

function isEmpty(data: readonly string[]): boolean {
  return data.every((cell) => cell.trim() === "");
}

function placesIn<Column extends string>(
  header: readonly string[],
  columns: readonly Column[],
): Places<Column> {
  const names = header.map((name) => name.trim().toLowerCase());
  return new Map(
    columns.flatMap((column) => {
      const at = names.indexOf(column);
      return at === -1 ? [] : [[column, at] as const];
    }),
  );
}

function cellsOf<Column extends string>(
  data: readonly string[],
  columns: readonly Column[],
  places: Places<Column>,
): Cells<Column> {
  const last = data.length - 1;
  const cells = columns.map((column) => {
    const at = places.get(column) ?? data.length;
    const cell = data[at] ?? "";
    return [column, restore(at === last ? cell.replace(/\r$/, "") : cell)] as const;
  });
  return Object.fromEntries(cells) as Cells<Column>;
}
