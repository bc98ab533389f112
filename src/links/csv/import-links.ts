import { PLANS } from "../../access/plans.ts";
import { exceeded } from "../../access/quotas.ts";
import type { Alongside } from "../../db/batch.ts";
import { databaseOf } from "../../db/database.ts";
import { err, ok, type Result } from "../../platform/result.ts";
import type { LinkContext } from "../context.ts";
import { createLinks } from "../create-link.ts";
import type { Link } from "../link.ts";
import type { ImportRefusal } from "./errors.ts";
import { loadPapaparse } from "./load-papaparse.ts";
import { type ReadRow, readRows } from "./read-rows.ts";
import { readTable } from "./read-table.ts";
import { CODE_TAKEN, refusalSentence } from "./sentences.ts";
import { takenCodes } from "./taken-codes.ts";

export interface RowErrors {
  /** As a spreadsheet numbers it: the header is row 1. */
  readonly row: number;
  /** Sentences, all that is wrong with the row. */
  readonly errors: readonly string[];
}

export interface ImportReport {
  /** In the order of their rows. */
  readonly links: readonly Link[];
  /** Of the rows that became no link, in their order. */
  readonly errors: readonly RowErrors[];
  readonly summary: {
    readonly totalRows: number;
    readonly created: number;
    readonly failed: number;
  };
}

/**
 * Makes a link of each row of a CSV file, on the default hosts. Rows that are refused keep nobody
 * else back; of two rows that ask for one code the first has it. An expiry may lie in the past.
 *
 * A call costs the same few round trips to D1 for one row and for ten thousand, and writes no KV.
 */
export async function importLinks(
  context: LinkContext,
  csv: string,
  alongside?: Alongside,
): Promise<Result<ImportReport, ImportRefusal>> {
  const { plan } = context.access.workspace;
  const rows = await readImport(context, csv);
  if (!rows.ok) return rows;
  if (!PLANS[plan].features.bulk) return err(exceeded("bulk", plan, 1, rows.value.length));
  const inputs = rows.value.flatMap(({ input }) => input ?? []);
  const made = await createLinks(restoring(context), inputs, alongside);
  if (!made.ok) return made;
  const results = made.value.values();
  const links: Link[] = [];
  const outcomes = rows.value.map(({ row, input, code, errors }) => {
    const result = input === null ? undefined : results.next().value;
    if (result?.ok === true) links.push(result.value);
    return { row, code, errors: result?.ok === false ? [refusalSentence(result.error)] : errors };
  });
  return ok(await reportOf(context, links, outcomes));
}

/**
 * Reports again on an import that has been made, from the same file and what became of each row
 * that could be read: its link, or null where its code was taken.
 */
export async function reportAgain(
  context: LinkContext,
  csv: string,
  made: readonly (Link | null)[],
): Promise<Result<ImportReport, ImportRefusal>> {
  const rows = await readImport(context, csv);
  if (!rows.ok) return rows;
  const results = made.values();
  const outcomes = rows.value.map(({ row, input, code, errors }) => ({
    row,
    code,
    errors: input === null || results.next().value !== null ? errors : [CODE_TAKEN],
  }));
  const links = made.filter((link) => link !== null);
  return ok(await reportOf(context, links, outcomes));
}

async function readImport(
  context: LinkContext,
  csv: string,
): Promise<Result<ReadRow[], ImportRefusal>> {
  const table = readTable(csv, await loadPapaparse());
  return table.ok ? ok(readRows(table.value, context.policy)) : table;
}

/** An export holds links that have expired: they come back as they were. */
function restoring(context: LinkContext): LinkContext {
  return { ...context, policy: { ...context.policy, pastExpiry: true } };
}

type Outcome = Pick<ReadRow, "row" | "code" | "errors">;

/** A row that is wrong in itself was never tried: whether its code is taken too is asked here. */
async function reportOf(
  { env, access, nowMs }: LinkContext,
  links: readonly Link[],
  outcomes: readonly Outcome[],
): Promise<ImportReport> {
  const failed = outcomes.filter(({ errors }) => errors.length > 0);
  const unknown = failed.flatMap(({ code, errors }) =>
    code === undefined || errors.includes(CODE_TAKEN) ? [] : [code],
  );
  const taken = await takenCodes(databaseOf(env.DB), access.workspace.id, unknown, nowMs);
  return {
    links,
    errors: failed.map(({ row, code, errors }) => ({
      row,
      errors:
        code !== undefined && taken.has(code) && !errors.includes(CODE_TAKEN)
          ? [...errors, CODE_TAKEN]
          : errors,
    })),
    summary: { totalRows: outcomes.length, created: links.length, failed: failed.length },
  };
}
