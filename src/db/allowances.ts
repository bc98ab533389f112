/** Counts what may happen so many times in a while: exactly, in D1, over all isolates. */

import { sql } from "drizzle-orm";

import { SECOND_MS } from "../platform/clock.ts";
import { batchAround } from "./batch.ts";
import type { Database } from "./database.ts";

export interface Allowance {
  /** What is counted, and for whom: an id or a keyed hash, never an address. */
  readonly key: string;
  readonly max: number;
  /** Begins with the first use after the last window. */
  readonly windowMs: number;
}

/** Spends one use. Returns null, or the seconds until there is one again if all are spent. */
export async function spend(
  db: Database,
  { key, max, windowMs }: Allowance,
  nowMs: number,
): Promise<number | null> {
  const [spent, [row]] = await batchAround(
    db,
    [],
    [
      db.all(sql`
        insert into allowances (key, used, until_ms) values (${key}, 1, ${nowMs + windowMs})
        on conflict (key) do update set
          used = iif(until_ms <= ${nowMs}, 1, used + 1),
          until_ms = iif(until_ms <= ${nowMs}, excluded.until_ms, until_ms)
        where until_ms <= ${nowMs} or used < ${max} returning used`),
      db.all<{ until: number }>(sql`
        select until_ms as "until" from allowances where key = ${key}`),
    ],
  );
  return spent.length > 0 ? null : secondsUntil(row?.until ?? nowMs, nowMs);
}

/** Returns null while there is a use left, or the seconds until there is one again. */
export async function waitFor(
  db: Database,
  { key, max }: Pick<Allowance, "key" | "max">,
  nowMs: number,
): Promise<number | null> {
  const [row] = await db.all<{ until: number }>(sql`
    select until_ms as "until" from allowances
    where key = ${key} and used >= ${max} and until_ms > ${nowMs}`);
  return row === undefined ? null : secondsUntil(row.until, nowMs);
}

function secondsUntil(untilMs: number, nowMs: number): number {
  return Math.max(1, Math.ceil((untilMs - nowMs) / SECOND_MS));
}
