/**
 * Remembers the rows whose sweep has failed, in `sweep_failures`.
 *
 * A try is counted before the work, since a row may end the whole process: what is not counted then
 * would be tried first, for ever. After five tries a row is set aside and reported once.
 */

import { DAY_MS, HOUR_MS, MINUTE_MS } from "../platform/clock.ts";
import { log } from "../platform/log.ts";

export const TRIES_MAX = 5;
/** The wait after the first try; it doubles with each, until the row is set aside. */
const WAIT_FIRST_MS = MINUTE_MS;
/** A row that is set aside is tried again this often: what ailed it may have been an outage. */
const SET_ASIDE_MS = HOUR_MS;
/** A failure of a row that needs no sweep any more is not tried again, and dropped after this. */
const FORGOTTEN_AFTER_MS = 7 * DAY_MS;
const REPORTS_MAX = 100;
const REASON_LENGTH_MAX = 300;

/** Counts a try of each row, and puts off the next one. */
export async function countTries(
  db: D1Database,
  sweep: string,
  keys: readonly string[],
  nowMs: number,
): Promise<void> {
  await db
    .prepare(
      `INSERT INTO sweep_failures (sweep, row_key, tries, retry_at_ms)
       SELECT ?1, value, 1, ?3 + ${WAIT_FIRST_MS} FROM json_each(?2) WHERE true
       ON CONFLICT (sweep, row_key) DO UPDATE SET
         tries = tries + 1, reason = NULL,
         retry_at_ms = ?3 + iif(tries + 1 < ${TRIES_MAX}, ${WAIT_FIRST_MS} << tries, ${SET_ASIDE_MS})`,
    )
    .bind(sweep, JSON.stringify(keys), nowMs)
    .run();
}

export interface Outcome {
  readonly key: string;
  /** Why the row is not settled; null for one that is. */
  readonly reason: string | null;
}

/** Forgets the rows that are settled, and notes why the others are not. */
export async function noteOutcomes(
  db: D1Database,
  sweep: string,
  outcomes: readonly Outcome[],
): Promise<void> {
  const settled = outcomes.flatMap(({ key, reason }) => (reason === null ? [key] : []));
  const failed = outcomes.flatMap(({ key, reason }) =>
    reason === null ? [] : [{ key, reason: reason.slice(0, REASON_LENGTH_MAX) }],
  );
  await forgetFailures(db, sweep, settled);
  if (failed.length === 0) return;
  await db
    .prepare(
      `UPDATE sweep_failures SET reason = failed.value->>'reason' FROM json_each(?2) AS failed
       WHERE sweep = ?1 AND row_key = failed.value->>'key'`,
    )
    .bind(sweep, JSON.stringify(failed))
    .run();
}

export async function forgetFailures(
  db: D1Database,
  sweep: string,
  keys: readonly string[],
): Promise<void> {
  if (keys.length === 0) return;
  await db
    .prepare(
      `DELETE FROM sweep_failures
       WHERE sweep = ?1 AND row_key IN (SELECT value FROM json_each(?2))`,
    )
    .bind(sweep, JSON.stringify(keys))
    .run();
}

/** Returns the keys of a sweep's failed rows whose time has come, those with the fewest tries first. */
export async function dueAgain(
  db: D1Database,
  sweep: string,
  limit: number,
  nowMs: number,
): Promise<string[]> {
  const { results } = await db
    .prepare(
      `SELECT row_key AS key FROM sweep_failures WHERE sweep = ?1 AND retry_at_ms <= ?2
       ORDER BY tries, retry_at_ms LIMIT ?3`,
    )
    .bind(sweep, nowMs, limit)
    .all<{ key: string }>();
  return results.map(({ key }) => key);
}

/** Makes all rows of a sweep due that were set aside: one has recovered, so others may have too. */
export async function tryAllAgain(db: D1Database, sweep: string, nowMs: number): Promise<void> {
  await db
    .prepare(
      `UPDATE sweep_failures SET retry_at_ms = ?2
       WHERE sweep = ?1 AND tries >= ${TRIES_MAX} AND retry_at_ms > ?2`,
    )
    .bind(sweep, nowMs)
    .run();
}

/** Logs each row that is set aside, once; drops failures that are long over. */
export async function reportSetAside(db: D1Database, nowMs: number): Promise<void> {
  await db
    .prepare("DELETE FROM sweep_failures WHERE retry_at_ms < ?1")
    .bind(nowMs - FORGOTTEN_AFTER_MS)
    .run();
  const { results } = await db
    .prepare(
      `SELECT sweep, row_key AS "row", reason FROM sweep_failures
       WHERE tries >= ${TRIES_MAX} AND reported_at_ms IS NULL LIMIT ?1`,
    )
    .bind(REPORTS_MAX)
    .all<{ sweep: string; row: string; reason: string | null }>();
  if (results.length === 0) return;
  for (const { sweep, row, reason } of results) {
    // The process ended before it could note one.
    const why = reason ?? "The sweep did not survive its work on this row.";
    log("error", "upkeep.row.set_aside", { sweep, row, reason: why });
  }
  await db
    .prepare(
      `UPDATE sweep_failures SET reported_at_ms = ?2
       WHERE (sweep, row_key) IN (SELECT value->>'sweep', value->>'row' FROM json_each(?1))`,
    )
    .bind(JSON.stringify(results), nowMs)
    .run();
}
