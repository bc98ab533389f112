/**
 * Stores what conversions are attributed by: the last click of each visitor and of each click
 * token, and an index from click ids to batches. Kept only while the workspace has an active goal,
 * and only for the attribution window; without a goal, a click writes none of these rows.
 */

import type { MeteredSql } from "../../platform/metered-sql.ts";
import { firstBatchIdAt } from "../../platform/timed-id.ts";
import type { LedgerClick } from "../contract.ts";
import { dropMark, readMark, writeMark, type Mark } from "../marks.ts";
import { visitorOf } from "./visitor.ts";

export interface LastClick {
  readonly clickId: number;
  readonly linkId: number;
  readonly variant: string | null;
  readonly atMs: number;
}

/** The attribution rows that a transaction has collected but not yet written. */
export interface Trail {
  readonly visitors: Map<string, LastClick>;
  readonly tokens: Map<string, LastClick>;
  readonly batches: { readonly firstId: number; readonly batchId: string }[];
}

/** The rows read in one slice: well below a tenth of a second of work. */
const SLICE_ROWS = 2_000;
/** Sorts after every batch id, which consists of digits and lower-case letters. */
const AFTER_EVERY_ID = "~";

export function emptyTrail(): Trail {
  return { visitors: new Map(), tokens: new Map(), batches: [] };
}

/** Adds a human click to the trail, which keeps the latest click of each visitor. */
export function noteClick(trail: Trail, click: LedgerClick, clickId: number): void {
  const { linkId, variant, atMs, addressHash, agentHash, token } = click;
  const last: LastClick = { clickId, linkId, variant, atMs };
  if (token !== null) trail.tokens.set(token, last);
  if (addressHash === null || agentHash === null) return;
  const visitor = visitorOf(addressHash, agentHash);
  const known = trail.visitors.get(visitor);
  if (known === undefined || known.atMs <= atMs) trail.visitors.set(visitor, last);
}

/** Writes one row per visitor, per token and per batch. A delayed click replaces no later one. */
export function saveTrail(sql: MeteredSql, { visitors, tokens, batches }: Trail): void {
  const update = `SET click = excluded.click, link = excluded.link, variant = excluded.variant,
    at_ms = excluded.at_ms WHERE excluded.at_ms >= at_ms`;
  if (visitors.size > 0) {
    sql.run(
      `INSERT INTO last_clicks (visitor, click, link, variant, at_ms) ${LAST_CLICKS}
       ON CONFLICT (visitor) DO UPDATE ${update}`,
      rowsOf(visitors),
    );
  }
  if (tokens.size > 0) {
    sql.run(
      `INSERT INTO click_tokens (token, click, link, variant, at_ms) ${LAST_CLICKS}
       ON CONFLICT (token) DO UPDATE ${update}`,
      rowsOf(tokens),
    );
  }
  for (const { firstId, batchId } of batches) {
    sql.run("INSERT INTO click_batches (first_id, batch_id) VALUES (?, ?)", firstId, batchId);
  }
}

/** Finds a visitor's last click by both hashes. */
export function lastClickOfVisitor(
  sql: MeteredSql,
  addressHash: string,
  agentHash: string,
): LastClick | null {
  const visitor = visitorOf(addressHash, agentHash);
  const [row] = sql.run<Row>("SELECT * FROM last_clicks WHERE visitor = ?", visitor);
  return row === undefined ? null : lastClick(row);
}

export function clickOfToken(sql: MeteredSql, token: string): LastClick | null {
  const [row] = sql.run<Row>("SELECT * FROM click_tokens WHERE token = ?", token);
  return row === undefined ? null : lastClick(row);
}

/** Starts or stops tracking; returns whether an alarm must still index older batches. */
export function switchTracking(sql: MeteredSql, isOn: boolean, sinceMs: number): boolean {
  const wasOn = readMark(sql, "tracking") !== null;
  if (!isOn) dropMark(sql, "tracking");
  if (!isOn || wasOn) return false;
  writeMark(sql, "tracking", "1");
  reindex(sql);
  return indexingSlice(sql, sinceMs);
}

/** Starts indexing the window's batches anew, once tracking is on or the window has grown. */
export function reindex(sql: MeteredSql): void {
  if (readMark(sql, "tracking") !== null) writeMark(sql, "indexing", AFTER_EVERY_ID);
}

/** Indexes the next batches by click id, the newest first; returns whether more are left. */
function indexingSlice(sql: MeteredSql, sinceMs: number, rowsMax = SLICE_ROWS): boolean {
  const before = readMark(sql, "indexing");
  if (before === null) return false;
  const rows = sql.run<{ batch_id: string }>(
    `SELECT batch_id FROM batches WHERE batch_id < ? AND batch_id >= ?
     ORDER BY batch_id DESC LIMIT ?`,
    before,
    firstBatchIdAt(sinceMs),
    rowsMax,
  );
  const last = rows.at(-1)?.batch_id;
  if (last !== undefined) {
    sql.run(
      // A batch without clicks has the same first id as the next one.
      `INSERT INTO click_batches (first_id, batch_id) SELECT first_id, batch_id FROM batches
       WHERE batch_id < ? AND batch_id >= ? AND n > 0 ON CONFLICT DO NOTHING`,
      before,
      last,
    );
  }
  if (last === undefined || rows.length < rowsMax) {
    dropMark(sql, "indexing");
    return false;
  }
  writeMark(sql, "indexing", last);
  return true;
}

/** Restarts the walk of `trailSlice`, so that it covers a link that has just been purged. */
export function forgetSoon(sql: MeteredSql): void {
  dropMark(sql, "walked_last_clicks");
  dropMark(sql, "walked_tokens");
}

/**
 * Deletes the next rows whose window is over or whose link is purged, and indexes older batches.
 * Returns whether more of either may be left.
 */
export function trailSlice(sql: MeteredSql, sinceMs: number, rowsMax = SLICE_ROWS): boolean {
  const indexing = indexingSlice(sql, sinceMs, rowsMax);
  const lastClicks = walk(sql, "last_clicks", "visitor", "walked_last_clicks", sinceMs, rowsMax);
  const tokens = walk(sql, "click_tokens", "token", "walked_tokens", sinceMs, rowsMax);
  const dropped = sql.run(
    `DELETE FROM click_batches WHERE first_id IN (
       SELECT first_id FROM (
         SELECT first_id, batch_id FROM click_batches ORDER BY first_id LIMIT ?
       ) WHERE batch_id < ?
     ) RETURNING first_id`,
    rowsMax,
    firstBatchIdAt(sinceMs),
  );
  return indexing || lastClicks || tokens || dropped.length === rowsMax;
}

/** Whether any rows are left to delete one day. */
export function hasTrail(sql: MeteredSql): boolean {
  const statement = `SELECT 1 WHERE EXISTS (SELECT 1 FROM last_clicks)
    OR EXISTS (SELECT 1 FROM click_tokens) OR EXISTS (SELECT 1 FROM click_batches)`;
  return sql.run(statement).length > 0;
}

interface Row extends Record<string, SqlStorageValue> {
  readonly click: number;
  readonly link: number;
  readonly variant: string | null;
  readonly at_ms: number;
}

/** Selects rows to insert; `WHERE true` makes SQLite read the following ON as the insert's. */
const LAST_CLICKS = `SELECT value->>0, value->>1, value->>2, value->>3, value->>4
  FROM json_each(?) WHERE true`;

function rowsOf(clicks: ReadonlyMap<string, LastClick>): string {
  return JSON.stringify(
    Array.from(clicks, ([key, { clickId, linkId, variant, atMs }]) => [
      key,
      clickId,
      linkId,
      variant,
      atMs,
    ]),
  );
}

function lastClick({ click, link, variant, at_ms: atMs }: Row): LastClick {
  return { clickId: click, linkId: link, variant, atMs };
}

/**
 * Deletes the table's next rows that are over, and returns whether more rows are left. Hashes have
 * no order of time, so a walk covers the whole table, once per alarm that starts at its beginning.
 */
function walk(
  sql: MeteredSql,
  table: "last_clicks" | "click_tokens",
  key: "visitor" | "token",
  cursor: Mark,
  sinceMs: number,
  rowsMax: number,
): boolean {
  const from = readMark(sql, cursor) ?? "";
  const rows = sql.run<{ key: string }>(
    `SELECT ${key} AS key FROM ${table} WHERE ${key} > ? ORDER BY ${key} LIMIT ?`,
    from,
    rowsMax,
  );
  const last = rows.at(-1)?.key;
  if (last !== undefined) {
    sql.run(
      `DELETE FROM ${table} WHERE ${key} > ? AND ${key} <= ?
       AND (at_ms < ? OR link IN (SELECT link FROM purged))`,
      from,
      last,
      sinceMs,
    );
  }
  if (last === undefined || rows.length < rowsMax) {
    dropMark(sql, cursor);
    return false;
  }
  writeMark(sql, cursor, last);
  return true;
}
