/**
 * Counts conversions, each order once per goal, and attributes each to a click within the
 * attribution window: by a click's id or token, or by the visitor's last click.
 */

import { DAY_MS } from "../../platform/clock.ts";
import type { MeteredSql } from "../../platform/metered-sql.ts";
import type { LoggedClick } from "../contract.ts";
import { countConversion, subtractConversions } from "../counts/cell.ts";
import { changeDay } from "../counts/day-store.ts";
import { dayOf } from "../counts/day.ts";
import { emptyState, WORKSPACE, type StateStore } from "../counts/state-store.ts";
import { readBatch, type StoredBatch } from "../packed-click.ts";
import { clickOfToken, lastClickOfVisitor, type LastClick } from "./attribution.ts";
import type {
  Attribution,
  ClickClue,
  ConversionPage,
  ConversionQuery,
  Converted,
  LoggedConversion,
  NewConversion,
} from "./contract.ts";

/** How far a click's clock may be ahead of a conversion's. */
const CLOCK_SLACK_MS = 60_000;
const PAGE_ROWS = 1_000;
/** The rows that a list reads for one page: some milliseconds. */
const LIST_ROWS = 10_000;

/** Stores and counts a conversion; an order that the goal already has changes nothing. */
export function convert(
  sql: MeteredSql,
  states: StateStore,
  given: NewConversion,
  windowMs: number,
): Converted {
  const { goalId, orderId, atMs } = given;
  const [known] =
    orderId === null
      ? []
      : sql.run<{ id: number }>(
          "SELECT id FROM conversions WHERE goal = ? AND order_id = ?",
          goalId,
          orderId,
        );
  if (known !== undefined) return { kind: "duplicate", conversionId: known.id };
  const attribution = attribute(sql, given.clue, atMs, windowMs);
  const [row] = sql.run<{ id: number }>(
    `INSERT INTO conversions
       (goal, order_id, at_ms, value, currency, link, click, clicked_at_ms, variant)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
    goalId,
    orderId,
    atMs,
    given.value,
    given.currency,
    attribution?.linkId ?? null,
    attribution?.clickId ?? null,
    attribution?.clickedAtMs ?? null,
    attribution?.variant ?? null,
  );
  if (row === undefined) throw new Error("SQLite did not return the conversion it inserted.");
  if (attribution !== null) countOnDay(sql, states, attribution.linkId, atMs);
  return { kind: "tracked", conversionId: row.id, attribution };
}

/** Returns a page of conversions in order of id, after `afterId`. */
export function conversionPage(
  sql: MeteredSql,
  afterId: number | null,
  rowsMax = PAGE_ROWS,
): ConversionPage {
  const rows = sql.run<Row>(
    "SELECT * FROM conversions WHERE id > ? AND goal > 0 ORDER BY id LIMIT ?",
    afterId ?? 0,
    rowsMax,
  );
  const next = rows.length < rowsMax ? null : (rows.at(-1)?.id ?? null);
  return { conversions: rows.map(readConversion), next };
}

/**
 * Lists conversions, the newest first. Reads a slice of ids at a time, so a page may hold fewer than
 * there are, or none, and still name a next one.
 */
export function listConversions(
  sql: MeteredSql,
  { goalId, linkId, fromMs, toMs, beforeId, max }: ConversionQuery,
  rowsMax = LIST_ROWS,
): ConversionPage {
  const [known] = sql.run<{ first: number | null; last: number | null }>(
    // Each by itself: together they would read every row.
    "SELECT (SELECT min(id) FROM conversions) AS first, (SELECT max(id) FROM conversions) AS last",
  );
  const end = Math.min(beforeId ?? Infinity, (known?.last ?? 0) + 1);
  const start = end - rowsMax;
  const rows = sql.run<Row>(
    `SELECT * FROM conversions WHERE id >= ?1 AND id < ?2 AND goal > 0
       AND (?3 IS NULL OR goal = ?3) AND (?4 IS NULL OR link = ?4) AND at_ms >= ?5 AND at_ms < ?6
     ORDER BY id DESC LIMIT ?7`,
    start,
    end,
    goalId,
    linkId,
    fromMs,
    toMs,
    max,
  );
  const reached = rows.length === max ? (rows.at(-1)?.id ?? start) : start;
  const isLast = reached <= (known?.first ?? 0) || isBefore(sql, reached, fromMs);
  return { conversions: rows.map(readConversion), next: isLast ? null : reached };
}

/** Whether no conversion before this one can be as late: ids follow time, but for clocks. */
function isBefore(sql: MeteredSql, id: number, fromMs: number): boolean {
  const [row] = sql.run<{ at_ms: number }>(
    "SELECT at_ms FROM conversions WHERE id < ? ORDER BY id DESC LIMIT 1",
    id,
  );
  return row !== undefined && row.at_ms < fromMs - CLOCK_SLACK_MS;
}

/** Notes that a conversion was refunded; returns false if it is unknown, or was refunded before. */
export function refundConversion(sql: MeteredSql, id: number, nowMs: number): boolean {
  const refunded = sql.run(
    `UPDATE conversions SET refunded_at_ms = ?
     WHERE id = ? AND goal > 0 AND refunded_at_ms IS NULL RETURNING id`,
    nowMs,
    id,
  );
  return refunded.length > 0;
}

/** Deletes a conversion and its count, so that its order may be reported again. */
export function deleteConversion(sql: MeteredSql, states: StateStore, id: number): boolean {
  const [conversion] = conversionsOf(sql, [id]);
  if (conversion === undefined) return false;
  const { linkId, atMs } = conversion;
  if (linkId !== null) {
    const workspace = states.load(WORKSPACE) ?? emptyState(WORKSPACE);
    changeDay(sql, workspace, dayOf(atMs), (cell) => subtractConversions(cell, linkId, 1));
    states.save(workspace);
  }
  // The row stays, since the next id follows from the last one; retention takes it away.
  sql.run(
    `UPDATE conversions SET goal = 0, order_id = NULL, value = 0, currency = '', link = NULL,
       click = NULL, clicked_at_ms = NULL, variant = NULL, refunded_at_ms = NULL WHERE id = ?`,
    id,
  );
  sql.run("DELETE FROM untold WHERE conversion = ?", id);
  return true;
}

/** Returns conversions by their ids, without those that were deleted. */
export function conversionsOf(sql: MeteredSql, ids: readonly number[]): LoggedConversion[] {
  const rows = sql.run<Row>(
    `SELECT * FROM conversions
     WHERE id IN (SELECT value FROM json_each(?)) AND goal > 0 ORDER BY id`,
    JSON.stringify(ids),
  );
  return rows.map(readConversion);
}

/** Removes a purged link from its conversions, which stay as unattributed ones. */
export function forgetAttribution(sql: MeteredSql, states: StateStore, linkId: number): void {
  const days = sql.run<{ day: number; n: number }>(
    `SELECT day, sum(n) AS n FROM (
       SELECT at_ms / ${DAY_MS} AS day, 1 AS n FROM conversions WHERE link = ?1
       UNION ALL SELECT day, n FROM past_conversions WHERE link = ?1
     ) GROUP BY day`,
    linkId,
  );
  if (days.length === 0) return;
  const workspace = states.load(WORKSPACE) ?? emptyState(WORKSPACE);
  for (const { day, n } of days) {
    changeDay(sql, workspace, day, (cell) => subtractConversions(cell, linkId, n));
  }
  states.save(workspace);
  sql.run("DELETE FROM past_conversions WHERE link = ?", linkId);
  sql.run(
    `UPDATE conversions SET link = NULL, click = NULL, clicked_at_ms = NULL, variant = NULL
     WHERE link = ?`,
    linkId,
  );
}

function countOnDay(sql: MeteredSql, states: StateStore, linkId: number, atMs: number): void {
  const workspace = states.load(WORKSPACE) ?? emptyState(WORKSPACE);
  changeDay(sql, workspace, dayOf(atMs), (cell) => countConversion(cell, linkId));
  states.save(workspace);
}

interface Row extends Record<string, SqlStorageValue> {
  readonly id: number;
  readonly goal: number;
  readonly order_id: string | null;
  readonly at_ms: number;
  readonly value: number;
  readonly currency: string;
  readonly link: number | null;
  readonly click: number | null;
  readonly clicked_at_ms: number | null;
  readonly variant: string | null;
  readonly refunded_at_ms: number | null;
}

function readConversion({ id, goal, value, currency, ...row }: Row): LoggedConversion {
  return {
    id,
    goalId: goal,
    atMs: row.at_ms,
    orderId: row.order_id,
    value,
    currency,
    linkId: row.link,
    clickId: row.click,
    clickedAtMs: row.clicked_at_ms,
    variant: row.variant,
    refundedAtMs: row.refunded_at_ms,
  };
}

function attribute(
  sql: MeteredSql,
  clue: ClickClue,
  atMs: number,
  windowMs: number,
): Attribution | null {
  const last = clickOf(sql, clue);
  if (last === null) return null;
  const { clickId, linkId, variant, atMs: clickedAtMs } = last;
  if (clickedAtMs < atMs - windowMs || clickedAtMs > atMs + CLOCK_SLACK_MS) return null;
  // Slices delete the rows of a purged link later: until then they must not be used.
  if (sql.run("SELECT 1 FROM purged WHERE link = ?", linkId).length > 0) return null;
  const msToConvert = Math.max(0, atMs - clickedAtMs);
  return { clickId, linkId, variant, clickedAtMs, msToConvert, click: findClick(sql, clickId) };
}

function clickOf(sql: MeteredSql, clue: ClickClue): LastClick | null {
  switch (clue.kind) {
    case "none":
      return null;
    case "visitor":
      return lastClickOfVisitor(sql, clue.addressHash, clue.agentHash);
    case "token":
      return clickOfToken(sql, clue.token);
    case "click": {
      const click = findClick(sql, clue.clickId);
      // Only human clicks are in reports, so only they can be attributed to.
      if (click?.class !== "human") return null;
      const { linkId, variant, atMs } = click;
      return { clickId: clue.clickId, linkId, variant, atMs };
    }
  }
}

/** Finds a click in the log by its id; null if it is purged, trimmed or unknown. */
export function findClick(sql: MeteredSql, clickId: number): LoggedClick | null {
  const [row] = sql.run<{ batch_id: string; first_id: number; data: string | null }>(
    `SELECT batches.batch_id, batches.first_id, batches.data FROM (
       SELECT batch_id FROM click_batches WHERE first_id <= ? ORDER BY first_id DESC LIMIT 1
     ) AS found JOIN batches ON batches.batch_id = found.batch_id`,
    clickId,
  );
  if (row === undefined || row.data === null) return null;
  const clicks = readBatch(row.batch_id, row.first_id, JSON.parse(row.data) as StoredBatch);
  return clicks.find(({ id }) => id === clickId) ?? null;
}
