/**
 * Forgets purged links, and what was before the reset of others: their counts at once, their clicks
 * in the log slice by slice, in an alarm.
 *
 * Visitors cannot be removed from a sketch, so the workspace's unique visitors still include those
 * of a purged link; no count, click or hash of the link stays.
 */

import type { MeteredSql } from "../../platform/metered-sql.ts";
import { firstBatchIdAt } from "../../platform/timed-id.ts";
import { lower, subtractLink } from "../counts/cell.ts";
import type { LinkTotal } from "../counts/contract.ts";
import { changeDay, dropDays, loadDay, pastDayNumbers } from "../counts/day-store.ts";
import { dropLeader, isDepleted, LEADERS_MAX, type Leaders } from "../counts/leaders.ts";
import { emptyState, WORKSPACE, type DayCounts, type StateStore } from "../counts/state-store.ts";
import { withoutLinks, type StoredBatch } from "../packed-click.ts";

/** The batches read in one slice: about a tenth of a second of work. */
const PURGE_SLICE_BATCHES = 200;
const PURGE_SLICE_LINKS = 1_000;
/** How much the clocks of two data centres may differ. */
const CLOCK_SLACK_MS = 60_000;

/** Marks a link as purged and subtracts its counts. Idempotent. */
export function purgeCounts(
  sql: MeteredSql,
  states: StateStore,
  linkId: number,
  createdAtMs: number,
): void {
  if (isPurged(sql, linkId)) return;
  sql.run("INSERT INTO purged (link) VALUES (?)", linkId);
  if (subtractCounts(sql, states, linkId)) purgeLog(sql, linkId, createdAtMs, null);
}

/**
 * Begins the counts of a link again: what happened before is forgotten, also what has yet to arrive.
 * Does so once for a time at which it was asked for.
 */
export function resetCounts(
  sql: MeteredSql,
  states: StateStore,
  linkId: number,
  createdAtMs: number,
  askedAtMs: number,
): void {
  if (isPurged(sql, linkId) || (states.load(linkId)?.resetAtMs ?? 0) >= askedAtMs) return;
  // Not the time at which it was asked for: counts of what happened meanwhile are gone, too.
  const resetAtMs = Math.max(askedAtMs, Date.now());
  if (subtractCounts(sql, states, linkId)) purgeLog(sql, linkId, createdAtMs, resetAtMs);
  states.save(emptyState(linkId, resetAtMs));
}

function isPurged(sql: MeteredSql, linkId: number): boolean {
  return sql.run("SELECT 1 FROM purged WHERE link = ?", linkId).length > 0;
}

/** Takes a link's counts out of the workspace's, and drops them; returns false if there are none. */
function subtractCounts(sql: MeteredSql, states: StateStore, linkId: number): boolean {
  const link = states.load(linkId);
  const workspace = states.load(WORKSPACE);
  if (link === null || workspace === null) return false;
  const subtract = ({ day, cell }: DayCounts) => {
    changeDay(sql, workspace, day, (ofAll) => subtractLink(ofAll, cell, linkId));
  };
  for (const day of pastDayNumbers(sql, linkId)) subtract(loadDay(sql, linkId, day));
  if (link.open !== null) subtract(link.open);
  for (const [clickClass, n] of link.classes) lower(workspace.classes, clickClass, n);
  states.drop(linkId);
  dropDays(sql, linkId);
  workspace.leaders = refill(sql, dropLeader(workspace.leaders, linkId));
  states.save(workspace);
  return true;
}

/** Has slices take a link's clicks out of the log, all of them or those before a time. */
function purgeLog(
  sql: MeteredSql,
  linkId: number,
  createdAtMs: number,
  beforeMs: number | null,
): void {
  sql.run(
    `INSERT INTO purging (link, cursor, before_ms) VALUES (?, ?, ?)
     ON CONFLICT (link) DO UPDATE SET cursor = excluded.cursor, before_ms = excluded.before_ms`,
    linkId,
    firstBatchIdAt(createdAtMs - CLOCK_SLACK_MS),
    beforeMs,
  );
}

/** Whether the log may still hold clicks of links that were purged or reset. */
export function isPurging(sql: MeteredSql): boolean {
  return sql.run("SELECT 1 FROM purging LIMIT 1").length > 0;
}

/**
 * Removes purged clicks from the next batches of the log; returns whether more work is left.
 *
 * One walk serves all waiting links: a batch from before a link was created cannot hold its clicks.
 */
export function purgeSlice(sql: MeteredSql, batchesMax = PURGE_SLICE_BATCHES): boolean {
  const waiting = sql.run<{ link: number; cursor: string; before_ms: number | null }>(
    "SELECT link, cursor, before_ms FROM purging ORDER BY cursor LIMIT ?",
    PURGE_SLICE_LINKS,
  );
  const [first] = waiting;
  if (first === undefined) return false;
  const links = new Map(
    waiting.map(({ link, before_ms: beforeMs }) => [link, beforeMs ?? Infinity]),
  );
  const batches = sql.run<{ batch_id: string; data: string | null }>(
    "SELECT batch_id, data FROM batches WHERE batch_id > ? ORDER BY batch_id LIMIT ?",
    first.cursor,
    batchesMax,
  );
  for (const { batch_id: id, data } of batches) {
    const rest = data === null ? null : withoutLinks(JSON.parse(data) as StoredBatch, links);
    if (rest === null) continue;
    sql.run("UPDATE batches SET data = ? WHERE batch_id = ?", JSON.stringify(rest), id);
  }
  moveOn(
    sql,
    [...links.keys()],
    batches.length < batchesMax ? null : (batches.at(-1)?.batch_id ?? null),
  );
  return isPurging(sql);
}

function moveOn(sql: MeteredSql, links: readonly number[], cursor: string | null): void {
  const list = JSON.stringify(links);
  if (cursor === null) {
    sql.run("DELETE FROM purging WHERE link IN (SELECT value FROM json_each(?))", list);
    return;
  }
  sql.run(
    `UPDATE purging SET cursor = ?1
     WHERE cursor < ?1 AND link IN (SELECT value FROM json_each(?2))`,
    cursor,
    list,
  );
}

/** Rebuilds the leader list from all totals once purges have left it too short. */
function refill(sql: MeteredSql, leaders: Leaders): Leaders {
  if (!isDepleted(leaders)) return leaders;
  const rows = sql.run<{ scope: number; total: number }>(
    "SELECT scope, total FROM state WHERE scope > 0 ORDER BY total DESC, scope LIMIT ?",
    LEADERS_MAX + 1,
  );
  const totals: LinkTotal[] = rows.map(({ scope, total }) => ({ linkId: scope, clicks: total }));
  return {
    list: totals.slice(0, LEADERS_MAX).filter(({ clicks }) => clicks > 0),
    bound: totals[LEADERS_MAX]?.clicks ?? 0,
  };
}
