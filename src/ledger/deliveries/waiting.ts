/**
 * Decides which deliveries are in the queue. All workspaces share one queue, so a workspace has at
 * most a few deliveries in it; the others wait here and follow as those end.
 *
 * An endpoint may take only part of these places, so that one that hangs leaves some to the others.
 * A place is given back when its delivery ends or has long to wait for its next attempt. The queue
 * is trusted for a minute only: what it has lost by then is queued again.
 */

import { HOUR_MS, MINUTE_MS } from "../../platform/clock.ts";
import type { MeteredSql } from "../../platform/metered-sql.ts";
import type { DeliveryKey, OfferedEvent } from "./contract.ts";

/** The most deliveries of a workspace that are in the queue at a time. */
export const QUEUED_MAX = 25;
/** The most of them that are for one endpoint. */
export const QUEUED_PER_WEBHOOK_MAX = 10;
/** How long the queue may take for a delivery, from the time at which it is due. */
const TRUST_MS = MINUTE_MS;
const TRUST_MS_MAX = HOUR_MS;
/** The longest wait for a next attempt during which a delivery keeps its place. */
const KEPT_MS_MAX = MINUTE_MS;

export interface Next {
  /** The deliveries to queue now. */
  readonly keys: readonly DeliveryKey[];
  /** When to ask again, if nothing else gives a reason to before; null for never. */
  readonly wakeAtMs: number | null;
}

/** Stores events for their endpoints. Storing an event again changes nothing. */
export function offerEvents(sql: MeteredSql, events: readonly OfferedEvent[], nowMs: number): void {
  for (const { eventId, event, atMs, linkId, body, webhooks } of events) {
    if (isOfPurgedClick(sql, event, linkId)) continue;
    sql.run(
      `INSERT INTO deliveries
         (webhook, event_id, event, at_ms, link, body, status, tries, attempts, due_at_ms)
       SELECT value, ?, ?, ?, ?, ?, 'pending', 0, '[]', ? FROM json_each(?)
       WHERE true ON CONFLICT DO NOTHING`,
      eventId,
      event,
      atMs,
      linkId,
      body,
      nowMs,
      JSON.stringify(webhooks),
    );
  }
}

/** Gives free places to the deliveries that are due, and queues again what the queue has lost. */
export function takeNext(sql: MeteredSql, nowMs: number): Next {
  const keys = requeueLost(sql, nowMs);
  const queued = sql.run<QueuedRow>("SELECT webhook, until_ms FROM queued");
  const used = new Map<string, number>();
  for (const { webhook } of queued) used.set(webhook, (used.get(webhook) ?? 0) + 1);
  const free = QUEUED_MAX - queued.length;
  const times = queued.map(({ until_ms: untilMs }) => untilMs);
  const lines: Line[] = [];
  for (const webhook of webhooksWithPending(sql)) {
    const inQueue = used.get(webhook) ?? 0;
    const places = Math.min(free, QUEUED_PER_WEBHOOK_MAX - inQueue);
    if (places > 0) lines.push({ webhook, inQueue, waiting: dueOf(sql, webhook, nowMs, places) });
    const laterMs = nextDueOf(sql, webhook, nowMs);
    if (laterMs !== null) times.push(laterMs);
  }
  for (const key of chosen(lines, free)) {
    const untilMs = nowMs + TRUST_MS;
    sql.run(
      "INSERT INTO queued (webhook, event_id, until_ms, times) VALUES (?, ?, ?, 1)",
      key.webhook,
      key.eventId,
      untilMs,
    );
    keys.push(key);
    times.push(untilMs);
  }
  return { keys, wakeAtMs: times.length === 0 ? null : Math.min(...times) };
}

/**
 * Keeps a delivery's place for its next attempt, or gives it back if that is null or far. Returns
 * whether it was kept.
 */
export function keepPlace(
  sql: MeteredSql,
  { webhook, eventId }: DeliveryKey,
  nextAtMs: number | null,
  nowMs: number,
): boolean {
  if (nextAtMs === null || nextAtMs - nowMs > KEPT_MS_MAX) {
    sql.run("DELETE FROM queued WHERE webhook = ? AND event_id = ?", webhook, eventId);
    return false;
  }
  const kept = sql.run(
    `UPDATE queued SET until_ms = ?, times = 1 WHERE webhook = ? AND event_id = ?
     RETURNING until_ms`,
    nextAtMs + TRUST_MS,
    webhook,
    eventId,
  );
  return kept.length > 0;
}

/** Forgets what an endpoint that is gone would still have received. */
export function dropWebhook(sql: MeteredSql, webhook: string): void {
  sql.run("DELETE FROM deliveries WHERE webhook = ? AND status = 'pending'", webhook);
  sql.run("DELETE FROM queued WHERE webhook = ?", webhook);
}

interface QueuedRow extends Record<string, SqlStorageValue> {
  readonly webhook: string;
  readonly until_ms: number;
}

interface Waiting extends Record<string, SqlStorageValue> {
  readonly event_id: string;
  readonly due_at_ms: number;
}

/** The deliveries that wait for one endpoint, the first to be due first. */
interface Line {
  readonly webhook: string;
  inQueue: number;
  readonly waiting: Waiting[];
}

function isOfPurgedClick(sql: MeteredSql, event: string, linkId: number | null): boolean {
  if (event !== "link.clicked" && event !== "conversion.tracked") return false;
  return linkId !== null && sql.run("SELECT 1 FROM purged WHERE link = ?", linkId).length > 0;
}

/** Returns what has been in the queue for too long, each time trusted for longer. */
function requeueLost(sql: MeteredSql, nowMs: number): DeliveryKey[] {
  const lost = sql.run<{ webhook: string; event_id: string; times: number; pending: number }>(
    `SELECT webhook, event_id, times, EXISTS (
       SELECT 1 FROM deliveries WHERE deliveries.webhook = queued.webhook
         AND deliveries.event_id = queued.event_id AND status = 'pending'
     ) AS pending FROM queued WHERE until_ms <= ?`,
    nowMs,
  );
  const keys: DeliveryKey[] = [];
  for (const { webhook, event_id: eventId, times, pending } of lost) {
    if (pending === 0) {
      // A purge has deleted the delivery.
      sql.run("DELETE FROM queued WHERE webhook = ? AND event_id = ?", webhook, eventId);
      continue;
    }
    // A queue that is behind must not be filled up with copies, minute by minute.
    const trustMs = Math.min(TRUST_MS * 2 ** (times - 1), TRUST_MS_MAX);
    sql.run(
      "UPDATE queued SET until_ms = ?, times = ? WHERE webhook = ? AND event_id = ?",
      nowMs + trustMs,
      times + 1,
      webhook,
      eventId,
    );
    keys.push({ webhook, eventId });
  }
  return keys;
}

/** Named, because SQLite might otherwise walk through all that is over. */
const PENDING = "deliveries INDEXED BY deliveries_pending";

/** Seeks from endpoint to endpoint, however many deliveries each has. */
function* webhooksWithPending(sql: MeteredSql): Generator<string> {
  let after = "";
  for (;;) {
    const [row] = sql.run<{ webhook: string | null }>(
      `SELECT min(webhook) AS webhook FROM ${PENDING} WHERE webhook > ? AND status = 'pending'`,
      after,
    );
    if (row === undefined || row.webhook === null) return;
    after = row.webhook;
    yield after;
  }
}

const NOT_QUEUED = `NOT EXISTS (
  SELECT 1 FROM queued
  WHERE queued.webhook = deliveries.webhook AND queued.event_id = deliveries.event_id
)`;

function dueOf(sql: MeteredSql, webhook: string, nowMs: number, limit: number): Waiting[] {
  return sql.run<Waiting>(
    `SELECT event_id, due_at_ms FROM ${PENDING}
     WHERE webhook = ? AND status = 'pending' AND due_at_ms <= ? AND ${NOT_QUEUED}
     ORDER BY due_at_ms, event_id LIMIT ?`,
    webhook,
    nowMs,
    limit,
  );
}

function nextDueOf(sql: MeteredSql, webhook: string, nowMs: number): number | null {
  const [row] = sql.run<{ due_at_ms: number }>(
    `SELECT due_at_ms FROM ${PENDING}
     WHERE webhook = ? AND status = 'pending' AND due_at_ms > ? AND ${NOT_QUEUED}
     ORDER BY due_at_ms LIMIT 1`,
    webhook,
    nowMs,
  );
  return row?.due_at_ms ?? null;
}

/** Gives each place to the endpoint that has the fewest, and among those to the first in time. */
function* chosen(lines: readonly Line[], free: number): Generator<DeliveryKey> {
  for (let left = free; left > 0; left -= 1) {
    const [line] = lines
      .filter(({ waiting }) => waiting.length > 0)
      .sort((a, b) => a.inQueue - b.inQueue || dueFirst(a) - dueFirst(b));
    const next = line?.waiting.shift();
    if (line === undefined || next === undefined) return;
    line.inQueue += 1;
    yield { webhook: line.webhook, eventId: next.event_id };
  }
}

function dueFirst({ waiting }: Line): number {
  return waiting[0]?.due_at_ms ?? 0;
}
