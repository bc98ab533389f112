/** Imports a CSV file in PVTLNK's columns, and reports on each row in sentences. */

import type { Alongside } from "../../../../db/batch.ts";
import type { LinkContext } from "../../../../links/context.ts";
import type { ImportRefusal } from "../../../../links/csv/errors.ts";
import { importLinks, recallImport, type RowOutcome } from "../../../../links/csv/import-links.ts";
import { loadPapaparse } from "../../../../links/csv/load-papaparse.ts";
import { readTable, type TableForm, type TableRow } from "../../../../links/csv/read-table.ts";
import type { ListedLink } from "../../../../links/link.ts";
import { ok, type Result } from "../../../../platform/result.ts";
import { refusalSentence } from "../link-sentences.ts";
import { IMPORT_COLUMNS, IMPORT_ROWS_MAX, type ImportColumn } from "./columns.ts";
import { type ReadRow, readRows } from "./read-rows.ts";

export interface RowErrors {
  /** The row's number in a spreadsheet: the header is row 1. */
  readonly row: number;
  /** Every fault in the row, one sentence each. */
  readonly errors: readonly string[];
}

export interface ImportReport {
  /** The created links, in row order. */
  readonly links: readonly ListedLink[];
  /** The rows that did not become links, in row order. */
  readonly errors: readonly RowErrors[];
  readonly summary: {
    readonly totalRows: number;
    readonly created: number;
    readonly failed: number;
  };
}

const IMPORT_FORM: TableForm<ImportColumn> = {
  columns: IMPORT_COLUMNS,
  required: "destination_url",
  rowsMax: IMPORT_ROWS_MAX,
};

/** Creates one link per row of a CSV file; see `importLinks`. */
export async function importCsv(
  context: LinkContext,
  csv: string,
  alongside?: Alongside,
): Promise<Result<ImportReport, ImportRefusal>> {
  const rows = await readImport(context, csv);
  return rows.ok ? importReadRows(context, rows.value, alongside) : rows;
}

/** Creates one link per row of a table that was not sent as CSV, by the rules of its cells. */
export async function importTable(
  context: LinkContext,
  table: readonly TableRow<ImportColumn>[],
): Promise<Result<ImportReport, ImportRefusal>> {
  return importReadRows(context, readRows(table, context.policy));
}

async function importReadRows(
  context: LinkContext,
  rows: readonly ReadRow[],
  alongside?: Alongside,
): Promise<Result<ImportReport, ImportRefusal>> {
  const outcomes = await importLinks(context, rows, alongside);
  return outcomes.ok ? ok(reportOf(rows, outcomes.value)) : outcomes;
}

/**
 * Repeats the report of a finished import, from the same file and the outcome of each readable row:
 * its link, or null if its code was taken.
 */
export async function reportAgain(
  context: LinkContext,
  csv: string,
  made: readonly (ListedLink | null)[],
): Promise<Result<ImportReport, ImportRefusal>> {
  const rows = await readImport(context, csv);
  if (!rows.ok) return rows;
  return ok(reportOf(rows.value, await recallImport(context, rows.value, made)));
}

async function readImport(
  context: LinkContext,
  csv: string,
): Promise<Result<ReadRow[], ImportRefusal>> {
  const table = readTable(csv, IMPORT_FORM, await loadPapaparse());
  return table.ok ? ok(readRows(table.value, context.policy)) : table;
}

function reportOf(rows: readonly ReadRow[], outcomes: readonly RowOutcome[]): ImportReport {
  const links = outcomes.flatMap(({ link }) => link ?? []);
  const errors = rows.flatMap(({ row, errors: found }, at) => {
    const sentences = [...found, ...(outcomes[at]?.refusals ?? []).map(refusalSentence)];
    return sentences.length === 0 ? [] : [{ row, errors: sentences }];
  });
  const summary = { totalRows: rows.length, created: links.length, failed: errors.length };
  return { links, errors, summary };
}
