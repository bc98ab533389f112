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
  Converted,
  LoggedConversion,
  NewConversion,
} from "./contract.ts";

/** How far a click's clock may be ahead of a conversion's. */
const CLOCK_SLACK_MS = 60_000;
const PAGE_ROWS = 1_000;

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
    "SELECT * FROM conversions WHERE id > ? ORDER BY id LIMIT ?",
    afterId ?? 0,
    rowsMax,
  );
  const next = rows.length < rowsMax ? null : (rows.at(-1)?.id ?? null);
  return { conversions: rows.map(readConversion), next };
}

/** Returns conversions by their ids. */
export function conversionsOf(sql: MeteredSql, ids: readonly number[]): LoggedConversion[] {
  const rows = sql.run<Row>(
    "SELECT * FROM conversions WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
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
