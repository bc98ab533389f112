/** Imports links in PVTLNK's columns, and reports on each row in sentences. */

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

/** A CSV file, or a table that was sent otherwise, whose cells follow the same rules. */
export type ImportSource = string | readonly TableRow<ImportColumn>[];

/** Creates one link per row; see `importLinks`. */
export async function importRows(
  context: LinkContext,
  source: ImportSource,
  alongside?: Alongside,
): Promise<Result<ImportReport, ImportRefusal>> {
  const rows = await readImport(context, source);
  if (!rows.ok) return rows;
  const outcomes = await importLinks(context, rows.value, alongside);
  return outcomes.ok ? ok(reportOf(rows.value, outcomes.value)) : outcomes;
}

/**
 * Repeats the report of a finished import, from the same rows and the outcome of each readable one:
 * its link, or null if its code was taken.
 */
export async function reportAgain(
  context: LinkContext,
  source: ImportSource,
  made: readonly (ListedLink | null)[],
): Promise<Result<ImportReport, ImportRefusal>> {
  const rows = await readImport(context, source);
  if (!rows.ok) return rows;
  return ok(reportOf(rows.value, await recallImport(context, rows.value, made)));
}

async function readImport(
  context: LinkContext,
  source: ImportSource,
): Promise<Result<ReadRow[], ImportRefusal>> {
  if (typeof source !== "string") return ok(await readRows(source, context.policy));
  const table = await readTable(source, IMPORT_FORM, await loadPapaparse());
  return table.ok ? ok(await readRows(table.value, context.policy)) : table;
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
