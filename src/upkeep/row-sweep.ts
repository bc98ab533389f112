/**
 * Runs a sweep row by row, so that no row holds up another: each has a deadline, and one that fails
 * is tried again later and by itself.
 */

import { SECOND_MS } from "../platform/clock.ts";
import { within } from "../platform/deadline.ts";
import { reasonOf } from "../platform/log.ts";
import {
  countTries,
  dueAgain,
  forgetFailures,
  noteOutcomes,
  type Outcome,
  tryAllAgain,
} from "./failures.ts";

const ROW_MS = 2 * SECOND_MS;
/** A sweep begins no more rows after this time, so that it leaves some to the sweeps behind it. */
export const SWEEP_MS = 10 * SECOND_MS;
/** Rows of a sweep that are tried again at a time. */
const AGAIN_MAX = 5;

export interface RowSweep<Row> {
  /** The name in `sweep_failures` and in logs. */
  readonly name: string;
  /** The most rows of one run. */
  readonly rowsMax: number;
  /** Rows in parallel: 1 for work that holds the thread. */
  readonly atOnce: number;
  /** Selects up to `rowsMax` rows that have not failed yet. */
  readonly fresh: (env: Cloudflare.Env, nowMs: number) => Promise<readonly Row[]>;
  /** Selects those of these rows that still need the sweep. */
  readonly again: (
    env: Cloudflare.Env,
    nowMs: number,
    keys: readonly string[],
  ) => Promise<readonly Row[]>;
  readonly keyOf: (row: Row) => string;
  /** Settles a row. Throws if it cannot. Returns "more" if the row has more to do at once. */
  readonly settle: (env: Cloudflare.Env, row: Row, nowMs: number) => Promise<"more" | void>;
}

/**
 * Sweeps the rows that have not failed yet, and begins no more of them once `mayBegin` says so.
 * Returns whether there may be more of them.
 */
export async function sweepFresh<Row>(
  env: Cloudflare.Env,
  sweep: RowSweep<Row>,
  nowMs: number,
  mayBegin: () => boolean = () => true,
): Promise<boolean> {
  const rows = await sweep.fresh(env, nowMs);
  const stopAtMs = Date.now() + SWEEP_MS;
  let goesOn = false;
  let settled = 0;
  for (let at = 0; at < rows.length; at += sweep.atOnce) {
    if (Date.now() >= stopAtMs || !mayBegin()) return true;
    const results = await settleGroup(env, sweep, rows.slice(at, at + sweep.atOnce), nowMs);
    goesOn ||= results.includes("more");
    settled += results.filter((result) => result !== "failed").length;
  }
  return goesOn || (rows.length === sweep.rowsMax && settled > 0);
}

/** Tries rows again that have failed before, one at a time. */
export async function sweepAgain<Row>(
  env: Cloudflare.Env,
  sweep: RowSweep<Row>,
  nowMs: number,
  mayBegin: () => boolean = () => true,
): Promise<void> {
  const keys = await dueAgain(env.DB, sweep.name, AGAIN_MAX, nowMs);
  if (keys.length === 0) return;
  const rows = await sweep.again(env, nowMs, keys);
  const needed = new Set(rows.map(sweep.keyOf));
  await forgetFailures(
    env.DB,
    sweep.name,
    keys.filter((key) => !needed.has(key)),
  );
  const inOrder = rows.toSorted(
    (a, b) => keys.indexOf(sweep.keyOf(a)) - keys.indexOf(sweep.keyOf(b)),
  );
  for (const row of inOrder) {
    if (!mayBegin()) return;
    const [result] = await settleGroup(env, sweep, [row], nowMs);
    if (result !== "failed") await tryAllAgain(env.DB, sweep.name, nowMs);
  }
}

type SettleResult = "settled" | "more" | "failed";

async function settleGroup<Row>(
  env: Cloudflare.Env,
  sweep: RowSweep<Row>,
  rows: readonly Row[],
  nowMs: number,
): Promise<SettleResult[]> {
  const keys = rows.map(sweep.keyOf);
  await countTries(env.DB, sweep.name, keys, nowMs);
  const outcomes: Outcome[] = [];
  const results = await Promise.all(
    rows.map(async (row): Promise<SettleResult> => {
      const key = sweep.keyOf(row);
      try {
        const more = await within(ROW_MS, sweep.settle(env, row, nowMs));
        outcomes.push({ key, reason: null });
        return more ?? "settled";
      } catch (error) {
        outcomes.push({ key, reason: reasonOf(error) });
        return "failed";
      }
    }),
  );
  await noteOutcomes(env.DB, sweep.name, outcomes);
  return results;
}
