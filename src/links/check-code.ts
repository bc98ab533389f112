import { sql } from "drizzle-orm";

import { payForLooks, secondsToWait, selectLooks } from "../codes/looks.ts";
import { isReserved } from "../codes/reserved.ts";
import { CUSTOM_CODE, freeSuggestions } from "../codes/suggestions.ts";
import { batchAround } from "../db/batch.ts";
import type { Database } from "../db/database.ts";
import { err, ok, type Result } from "../platform/result.ts";
import type { LinkContext } from "./context.ts";
import type { TooManyLooks } from "./errors.ts";
import { isFree, isOwn } from "./held-codes.ts";
import { DEFAULT_DOMAIN } from "./route/address.ts";

export type CodeState =
  | { readonly kind: "free" }
  | {
      readonly kind: "taken" | "reserved" | "invalid";
      readonly suggestions: readonly string[];
    };

/**
 * Returns whether a workspace could take a code of the default hosts now, with suggestions if it
 * could not. Only a forecast: D1's unique index decides when the link is created.
 *
 * The workspace's own codes can be asked for without limit. Every other code is paid for before its
 * state is known (`codes/looks.ts`).
 */
export async function checkCode(
  db: Database,
  { access, nowMs }: Pick<LinkContext, "access" | "nowMs">,
  code: string,
): Promise<Result<CodeState, TooManyLooks>> {
  const { userId, workspace } = access;
  const address = { domain: DEFAULT_DOMAIN, code };
  const looker = { userId, nowMs };
  const own = isOwn(address, workspace.id);
  const [payment, [looks], [found]] = await batchAround(
    db,
    [],
    [
      payForLooks(db, looker, 1, sql`not ${own}`),
      selectLooks(db, looker),
      db.all<{ isFree: 0 | 1; isOwn: 0 | 1 }>(
        sql`select (${isFree(address, workspace.id, nowMs)}) as isFree, ${own} as isOwn`,
      ),
    ],
  );
  if (payment.length === 0 && found?.isOwn !== 1) {
    return err({ reason: "rate_limited", retryAfterSeconds: secondsToWait(looks) ?? 1 });
  }
  const kind = !CUSTOM_CODE.test(code) ? "invalid" : isReserved(code) ? "reserved" : "taken";
  if (kind === "taken" && found?.isFree === 1) return ok({ kind: "free" });
  const request = { ...address, ...looker, workspaceId: workspace.id };
  return ok({ kind, suggestions: await freeSuggestions(db, request) });
}

/** Finds those of these codes of a domain that the workspace itself has, in one query. */
export async function ownCodes(
  db: Database,
  workspaceId: number,
  domain: string,
  codes: readonly string[],
): Promise<ReadonlySet<string>> {
  if (codes.length === 0) return new Set();
  const rows = await db.all<{ code: string }>(sql`
    select wanted.value as code from json_each(${JSON.stringify(codes)}) as wanted
    where ${isOwn({ domain, code: sql`wanted.value` }, workspaceId)}`);
  return new Set(rows.map(({ code }) => code));
}
