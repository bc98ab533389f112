/** Reads a CSV file as rows of named cells, whose texts are not validated yet. */

import { pause } from "../../platform/pauses.ts";
import { err, ok, type Result } from "../../platform/result.ts";
import { restore } from "./cells.ts";
import type { CsvRefusal } from "./errors.ts";
import type { Papaparse, Parser } from "./load-papaparse.ts";
import { separatorsOf } from "./separators.ts";

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
  /**
   * Whether it has more cells than the header: then a text with a delimiter was not quoted, and no
   * cell can be trusted to be in its column. Empty cells at its end do not count.
   */
  readonly isTooWide: boolean;
}

/** Line ends of other programs. In a header without rows, they tell that the whole file is in it. */
const OTHER_LINE_ENDS = /[\n\r\u0085\u2028\u2029]./su;

/** Rows, with empty ones, that are read before a pause: about a millisecond of the thread. */
const ROWS_AT_ONCE = 500;

type Places<Column> = ReadonlyMap<Column, number>;

/**
 * Reads a file with a header: RFC 4180, and what spreadsheets make of it (`separators.ts`). Column
 * names match in any letter case; if two columns have the same name, the first counts.
 *
 * Reads row by row with pauses, and does not keep rows beyond the limit.
 */
export async function readTable<Column extends string>(
  csv: string,
  form: TableForm<Column>,
  papa: Papaparse,
): Promise<Result<TableRow<Column>[], CsvRefusal>> {
  const text = csv.toWellFormed();
  const { delimiter, newline, start } = separatorsOf(text, form.required);
  const missing: CsvRefusal = { reason: "csv_column_missing", column: form.required };
  const rows: TableRow<Column>[] = [];
  let places: Places<Column> | null = null;
  let width = 0;
  let isOneLine = false;
  let refusal: CsvRefusal | null = null;
  let row = start > 1 ? 1 : 0;
  const reading: { isOver: boolean; paused: Parser | null } = { isOver: false, paused: null };

  function take(data: readonly string[]): CsvRefusal | null {
    if (isEmpty(data)) return null;
    if (places === null) {
      places = placesIn(data, form.columns);
      width = data.length;
      isOneLine = data.some((cell) => OTHER_LINE_ENDS.test(cell));
      return places.has(form.required) ? null : missing;
    }
    if (rows.length === form.rowsMax) return { reason: "csv_too_many_rows", limit: form.rowsMax };
    const isTooWide = !isEmpty(data.slice(width));
    rows.push({ row, cells: cellsOf(data, form.columns, places), isTooWide });
    return null;
  }

  papa.parse(text.slice(start), {
    delimiter,
    newline,
    // papaparse would otherwise split the whole text at once.
    fastMode: false,
    step({ data, errors }, parser) {
      row += 1;
      const isMalformed = errors.some(({ type }) => type === "Quotes");
      refusal = isMalformed ? { reason: "csv_malformed", row } : take(data);
      if (refusal !== null) {
        reading.isOver = true;
        parser.abort();
      } else if (row % ROWS_AT_ONCE === 0) {
        reading.paused = parser;
        parser.pause();
      }
    },
    complete: () => (reading.isOver = true),
  });
  while (!reading.isOver) {
    await pause();
    reading.paused?.resume();
  }
  if (refusal !== null) return err(refusal);
  if (places === null) return err(missing);
  return rows.length === 0 && isOneLine ? err({ reason: "csv_one_line" }) : ok(rows);
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
