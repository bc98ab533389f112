/** Creates a link from each row of a file, in one call. */

import { sql } from "drizzle-orm";

import { checkFeature, type QuotaExceeded } from "../../access/quotas.ts";
import type { Alongside } from "../../db/batch.ts";
import { type Database, databaseOf } from "../../db/database.ts";
import { ok, type Result } from "../../platform/result.ts";
import type { LinkContext } from "../context.ts";
import { createLinks, type LinkInput } from "../create-link.ts";
import type { CreateLinkRefusal } from "../errors.ts";
import type { Link } from "../link.ts";
import { DEFAULT_DOMAIN } from "../route/address.ts";

/** A row after parsing. */
export interface ImportRow {
  /** The requested link; null if the row is unreadable. */
  readonly input: LinkInput | null;
  /** The requested code, which is known even for some unreadable rows. */
  readonly code: string | undefined;
}

export interface RowOutcome {
  readonly link: Link | null;
  /** Why there is no link; empty for an unreadable row whose code is free. */
  readonly refusals: readonly CreateLinkRefusal[];
}

/**
 * Creates a link from each row, on the default hosts. A refused row does not affect the others; if
 * two rows ask for the same code, the first gets it. An expiry may be in the past.
 *
 * Returns results in the order of the rows. A call makes the same few round trips to D1 for one row
 * and for ten thousand, and writes no KV.
 */
export async function importLinks(
  context: LinkContext,
  rows: readonly ImportRow[],
  alongside?: Alongside,
): Promise<Result<readonly RowOutcome[], QuotaExceeded>> {
  // A plan without bulk has no import, not even of one row.
  const bulk = checkFeature(context.access.workspace, "bulk", { asked: rows.length });
  if (!bulk.ok) return bulk;
  const inputs = rows.flatMap(({ input }) => input ?? []);
  const made = await createLinks(restoring(context), inputs, alongside);
  if (!made.ok) return made;
  const results = made.value.values();
  const outcomes = rows.map(({ input }): RowOutcome => {
    const result = input === null ? undefined : results.next().value;
    if (result?.ok === true) return { link: result.value, refusals: [] };
    return { link: null, refusals: result === undefined ? [] : [result.error] };
  });
  return ok(await withTakenCodes(context, rows, outcomes));
}

/**
 * Reconstructs the results of an earlier import from what was created for each readable row: its
 * link, or null if its code was taken.
 */
export async function recallImport(
  context: LinkContext,
  rows: readonly ImportRow[],
  made: readonly (Link | null)[],
): Promise<readonly RowOutcome[]> {
  const results = made.values();
  const outcomes = rows.map(({ input, code = "" }): RowOutcome => {
    const link = input === null ? undefined : results.next().value;
    const isTaken = link === null;
    return { link: link ?? null, refusals: isTaken ? [{ reason: "code_taken", code }] : [] };
  });
  return withTakenCodes(context, rows, outcomes);
}

/** Accepts expired links, because an export contains them: they are restored as they were. */
function restoring(context: LinkContext): LinkContext {
  return { ...context, policy: { ...context.policy, pastExpiry: true } };
}

/**
 * Checks whether the codes of rows that were refused for another reason, or not tried, are taken
 * too.
 */
async function withTakenCodes(
  { env, access, nowMs }: LinkContext,
  rows: readonly ImportRow[],
  outcomes: readonly RowOutcome[],
): Promise<readonly RowOutcome[]> {
  const unknown = outcomes.map(({ link, refusals }, at) => {
    const isKnown = link !== null || refusals.some((refusal) => refusal.reason === "code_taken");
    return isKnown ? undefined : rows[at]?.code;
  });
  const asked = unknown.filter((code) => code !== undefined);
  const taken = await takenCodes(databaseOf(env.DB), access.workspace.id, asked, nowMs);
  return outcomes.map((outcome, at) => {
    const code = unknown[at];
    return code !== undefined && taken.has(code)
      ? { link: null, refusals: [...outcome.refusals, { reason: "code_taken", code }] }
      : outcome;
  });
}

/**
 * Finds those of these codes that the workspace could not take now, in one query for any number.
 */
async function takenCodes(
  db: Database,
  workspaceId: number,
  codes: readonly string[],
  nowMs: number,
): Promise<ReadonlySet<string>> {
  if (codes.length === 0) return new Set();
  const rows = await db.all<{ code: string }>(sql`
    select wanted.value as code from json_each(${JSON.stringify(codes)}) as wanted
    where exists (
      select 1 from links where links.domain = ${DEFAULT_DOMAIN} and links.code = wanted.value
    ) or exists (
      select 1 from reserved_codes as held
      where held.domain = ${DEFAULT_DOMAIN} and held.code = wanted.value
        and held.workspace_id <> ${workspaceId} and held.until_ms > ${nowMs}
    )`);
  return new Set(rows.map(({ code }) => code));
}
