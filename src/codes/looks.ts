/**
 * Limits what a person learns about the codes of other workspaces, over all tokens and APIs: 120
 * codes a minute.
 *
 * A call pays for all codes that it may have to tell before it looks at any, and gets back what it
 * did not tell. One call may run into debt, since an import is one call: then no foreign code is
 * looked at, taken or free, until the debt is paid off.
 */

import { type SQL, sql } from "drizzle-orm";

import type { Statement } from "../db/batch.ts";
import type { Database } from "../db/database.ts";
import { codeLooks } from "../db/schema/index.ts";

export const LOOKS_A_MINUTE = 120;
/** The most codes that one call may tell to be taken. */
export const LOOKS_A_CALL = 1_000;

const MINUTE_SECONDS = 60;
const MINUTE_MS = MINUTE_SECONDS * 1_000;

/** The person who looks, and when. */
export interface Looker {
  readonly userId: string;
  readonly nowMs: number;
}

interface Paid {
  readonly looks: number;
}

/**
 * Pays for a number of looks, if `condition` holds and the person may look at all. Returns a row if
 * it was paid. Does not run, so that it can be part of a batch.
 */
export function payForLooks(
  db: Database,
  { userId, nowMs }: Looker,
  looks: number,
  condition: SQL = sql`true`,
) {
  const { left, sinceMs } = accountAt(nowMs);
  return db.all<Paid>(sql`
    insert into ${codeLooks} (user_id, looks, since_ms)
    select ${userId}, ${looks}, ${nowMs} where ${condition}
    on conflict (user_id) do update set looks = ${left} + ${looks}, since_ms = ${sinceMs}
    where ${left} < ${LOOKS_A_MINUTE} returning looks`);
}

/** Selects how many looks a person has still to wait for. Does not run, like `payForLooks`. */
export function selectLooks(db: Database, { userId, nowMs }: Looker) {
  return db.all<Paid>(sql`
    select ${accountAt(nowMs).left} as looks from ${codeLooks} where user_id = ${userId}`);
}

/**
 * Returns the seconds until a person who could not pay may look again, from the row of
 * `selectLooks`; null if they may. Whole minutes, since looks are counted by the minute.
 */
export function secondsToWait(paid: Paid | undefined): number | null {
  const minutes = Math.floor((paid?.looks ?? 0) / LOOKS_A_MINUTE);
  return minutes === 0 ? null : minutes * MINUTE_SECONDS;
}

/** Gives back looks that were paid for and not used. `count` may be an expression. */
export function returnLooks(db: Database, userId: string, count: SQL | number): Statement {
  return db.run(sql`
    update ${codeLooks} set looks = max(0, looks - ${count}) where user_id = ${userId}`);
}

/** What is left of the looks at a time, and since when that is counted. */
function accountAt(nowMs: number) {
  // A clock that goes back pays nothing off.
  const minutes = sql`max(0, (${nowMs} - code_looks.since_ms) / ${MINUTE_MS})`;
  const left = sql`max(0, code_looks.looks - ${LOOKS_A_MINUTE} * ${minutes})`;
  const sinceMs = sql`iif(${left} = 0, ${nowMs}, code_looks.since_ms + ${MINUTE_MS} * ${minutes})`;
  return { left, sinceMs };
}
