/** Creates a link from each row of a file, in one call. */

import { checkFeature } from "../../access/quotas.ts";
import { LOOKS_A_CALL } from "../../codes/looks.ts";
import type { Alongside } from "../../db/batch.ts";
import { databaseOf } from "../../db/database.ts";
import { ok, type Result } from "../../platform/result.ts";
import { ownCodes } from "../check-code.ts";
import type { LinkContext } from "../context.ts";
import { createLinks, type CreateLinksRefusal, type LinkInput } from "../create-link.ts";
import type { CreateLinkRefusal } from "../errors.ts";
import type { ListedLink } from "../link.ts";
import { DEFAULT_DOMAIN } from "../route/address.ts";

/** A row after parsing. */
export interface ImportRow {
  /** The requested link; null if the row is unreadable. */
  readonly input: LinkInput | null;
  /** The requested code, which is known even for some unreadable rows. */
  readonly code: string | undefined;
}

export interface RowOutcome {
  readonly link: ListedLink | null;
  /** Why there is no link; empty for an unreadable row. */
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
): Promise<Result<readonly RowOutcome[], CreateLinksRefusal>> {
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
  return ok(await withOwnCodes(context, rows, outcomes));
}

/**
 * Reconstructs the results of an earlier import from what was created for each readable row: its
 * link, or null if its code was taken.
 */
export async function recallImport(
  context: LinkContext,
  rows: readonly ImportRow[],
  made: readonly (ListedLink | null)[],
): Promise<readonly RowOutcome[]> {
  const results = made.values();
  let missing = 0;
  const outcomes = rows.map(({ input, code = "" }): RowOutcome => {
    const link = input === null ? undefined : results.next().value;
    if (link !== null) return { link: link ?? null, refusals: [] };
    missing += 1;
    // What the first call did not try cannot be told from what it found taken in any other way.
    const isStopped = code === "" || missing > LOOKS_A_CALL;
    const externalId = input?.externalId ?? null;
    if (code === "" && externalId !== null) {
      return { link: null, refusals: [{ reason: "external_id_taken", externalId }] };
    }
    return {
      link: null,
      refusals: [
        isStopped
          ? { reason: "call_stopped", taken: LOOKS_A_CALL }
          : { reason: "code_taken", code },
      ],
    };
  });
  return withOwnCodes(context, rows, outcomes);
}

/** Accepts expired links, because an export contains them: they are restored as they were. */
function restoring(context: LinkContext): LinkContext {
  return { ...context, policy: { ...context.policy, pastExpiry: true } };
}

/**
 * Adds to the rows that were refused for another reason whether the workspace has their codes
 * already. Whether another workspace has them is told only to a row that would otherwise be a link.
 */
async function withOwnCodes(
  { env, access }: LinkContext,
  rows: readonly ImportRow[],
  outcomes: readonly RowOutcome[],
): Promise<readonly RowOutcome[]> {
  const unknown = outcomes.map(({ link, refusals }, at) => {
    const isKnown = link !== null || refusals.some(({ reason }) => CODE_REASONS.has(reason));
    return isKnown ? undefined : rows[at]?.code;
  });
  const asked = unknown.filter((code) => code !== undefined);
  const own = await ownCodes(databaseOf(env.DB), access.workspace.id, DEFAULT_DOMAIN, asked);
  return outcomes.map((outcome, at) => {
    const code = unknown[at];
    return code !== undefined && own.has(code)
      ? { link: null, refusals: [...outcome.refusals, { reason: "code_taken", code }] }
      : outcome;
  });
}

/** Refusals that leave nothing to add about the code. */
const CODE_REASONS: ReadonlySet<CreateLinkRefusal["reason"]> = new Set([
  "code_taken",
  "call_stopped",
]);
