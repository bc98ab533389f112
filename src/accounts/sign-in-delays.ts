/**
 * Slows down guesses at one account, from however many addresses they come.
 *
 * Five attempts are free; after each further one the next must wait twice as long, up to five
 * minutes. The right password ends it. Attempts that come too early do not count, so nobody is
 * locked out for good, and a browser where the account signed in before waits for its own failures
 * only.
 */

import { sql } from "drizzle-orm";

import { batchAround } from "../db/batch.ts";
import type { Database } from "../db/database.ts";
import { DAY_MS, MINUTE_MS, SECOND_MS } from "../platform/clock.ts";

const FREE = 5;
const FIRST_DELAY_MS = 5 * SECOND_MS;
const LAST_DELAY_MS = 5 * MINUTE_MS;
/** Failures are forgotten after this time without another one. */
const MEMORY_MS = DAY_MS;
/** Where the doubling stops, well beyond `LAST_DELAY_MS`: SQLite shifts at most 63 bits. */
const DOUBLINGS_MAX = 20;

/**
 * Counts an attempt as failed, before its password is hashed. Returns null, or the seconds to wait
 * if it comes too early. The statement that counts also decides, so parallel attempts cannot pass.
 */
export async function beginAttempt(
  db: Database,
  name: string,
  nowMs: number,
): Promise<number | null> {
  const failures = sql`iif(last_at_ms <= ${nowMs - MEMORY_MS}, 1, failures + 1)`;
  const doublings = sql`min(${failures} - ${FREE}, ${DOUBLINGS_MAX})`;
  const delay = sql`iif(${failures} < ${FREE}, 0,
    min(${FIRST_DELAY_MS} << ${doublings}, ${LAST_DELAY_MS}))`;
  const [counted, [row]] = await batchAround(
    db,
    [],
    [
      db.all(sql`
        insert into sign_in_failures (name, failures, free_at_ms, last_at_ms)
        values (${name}, 1, ${nowMs}, ${nowMs})
        on conflict (name) do update set
          failures = ${failures}, free_at_ms = ${nowMs} + ${delay}, last_at_ms = ${nowMs}
        where free_at_ms <= ${nowMs} returning failures`),
      db.all<{ freeAtMs: number }>(sql`
        select free_at_ms as "freeAtMs" from sign_in_failures where name = ${name}`),
    ],
  );
  if (counted.length > 0) return null;
  return Math.max(1, Math.ceil(((row?.freeAtMs ?? nowMs) - nowMs) / SECOND_MS));
}

/** Forgets the failures, after the right password. */
export async function forgetFailures(db: Database, name: string): Promise<void> {
  await db.run(sql`delete from sign_in_failures where name = ${name}`);
}

/** Takes an attempt back whose password was not looked at. */
export async function takeBack(db: Database, name: string, nowMs: number): Promise<void> {
  await db.run(sql`
    update sign_in_failures set failures = max(0, failures - 1), free_at_ms = ${nowMs}
    where name = ${name}`);
}
