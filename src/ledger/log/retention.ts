/**
 * Deletes expired clicks and guards, the oldest first, slice by slice, in an alarm. A guard is a
 * batch's row, which makes the batch count only once.
 */

import { DAY_MS } from "../../platform/clock.ts";
import type { MeteredSql } from "../../platform/metered-sql.ts";
import type { StateStore } from "../counts/state-store.ts";
import { readMark, writeMark } from "../marks.ts";
import { linksOf, readRecent, type StoredBatch } from "../packed-click.ts";

export interface Retention {
  readonly nowMs: number;
  /** 0 keeps no clicks. */
  readonly clickDays: number;
  /** Whether the object nears its limit of 10 GB: the log is then emptied regardless of its age. */
  readonly oversized: boolean;
}

interface Over {
  readonly ids: readonly string[];
  readonly links: ReadonlySet<number>;
}

/** A queue redelivers a message within days, an operator within weeks. */
const GUARD_DAYS = 30;
/** Cloudflare refuses writes at 10 GB. */
export const SIZE_WARNING_BYTES = 8_000_000_000;
/** The batches read in one slice: about a tenth of a second of work. */
const RETENTION_SLICE_BATCHES = 200;

/** Returns the time before which clicks are not kept; infinity when no clicks are kept at all. */
export function logsSinceMs(clickDays: number, nowMs: number): number {
  return clickDays === 0 ? Number.POSITIVE_INFINITY : nowMs - clickDays * DAY_MS;
}

/** Deletes or empties the next expired batches; returns whether more may be left. */
export function retentionSlice(
  sql: MeteredSql,
  states: StateStore,
  retention: Retention,
  batchesMax = RETENTION_SLICE_BATCHES,
): boolean {
  const dropped = dropBatches(sql, retention, batchesMax);
  const trimmed = trimBatches(sql, retention, batchesMax);
  const sinceMs = logsSinceMs(retention.clickDays, retention.nowMs);
  for (const linkId of new Set([...dropped.links, ...trimmed.links])) {
    forgetRecent(states, linkId, sinceMs);
  }
  return dropped.ids.length === batchesMax || trimmed.ids.length === batchesMax;
}

/** Deletes rows that are expired both as guards and as log entries. */
function dropBatches(sql: MeteredSql, { nowMs, clickDays }: Retention, batchesMax: number): Over {
  const over = leading(sql, "", nowMs - Math.max(GUARD_DAYS, clickDays) * DAY_MS, batchesMax);
  const last = over.ids.at(-1);
  if (last !== undefined) sql.run("DELETE FROM batches WHERE batch_id <= ?", last);
  return over;
}

/** Empties rows that remain only as guards. */
function trimBatches(sql: MeteredSql, retention: Retention, batchesMax: number): Over {
  const { nowMs, clickDays, oversized } = retention;
  if (clickDays >= GUARD_DAYS && !oversized) return { ids: [], links: new Set() };
  const endMs = oversized ? Number.POSITIVE_INFINITY : logsSinceMs(clickDays, nowMs);
  const from = readMark(sql, "trimmed") ?? "";
  const over = leading(sql, from, endMs, batchesMax);
  const last = over.ids.at(-1);
  if (last === undefined) return over;
  sql.run(
    "UPDATE batches SET data = NULL WHERE batch_id > ? AND batch_id <= ? AND data IS NOT NULL",
    from,
    last,
  );
  writeMark(sql, "trimmed", last);
  return over;
}

/** Returns the batches after `from`, up to the first one that has not expired. */
function leading(sql: MeteredSql, from: string, endMs: number, batchesMax: number): Over {
  const rows = sql.run<{ batch_id: string; at_ms: number; data: string | null }>(
    "SELECT batch_id, at_ms, data FROM batches WHERE batch_id > ? ORDER BY batch_id LIMIT ?",
    from,
    batchesMax,
  );
  const end = rows.findIndex(({ at_ms: atMs }) => atMs >= endMs);
  const over = rows.slice(0, end === -1 ? rows.length : end);
  const links = over.flatMap(({ data }) =>
    data === null ? [] : linksOf(JSON.parse(data) as StoredBatch),
  );
  return { ids: over.map(({ batch_id: id }) => id), links: new Set(links) };
}

/** Drops a link's expired last clicks, which a link without new clicks would otherwise keep. */
function forgetRecent(states: StateStore, linkId: number, sinceMs: number): void {
  const state = states.load(linkId);
  if (state === null) return;
  const kept = state.recent.filter((stored) => readRecent(stored).atMs >= sinceMs);
  if (kept.length === state.recent.length) return;
  state.recent = kept;
  states.save(state);
}
