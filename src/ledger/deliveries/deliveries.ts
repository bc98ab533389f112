/**
 * The webhook log, and the guard against posting an attempt twice: the consumer that has claimed a
 * delivery holds it exclusively until the lease ends, regardless of the queue's redeliveries.
 *
 * Each row is a delivery: an event and an endpoint. Event ids begin with their time, so rows are in
 * order of time.
 */

import { DAY_MS, SECOND_MS } from "../../platform/clock.ts";
import type { MeteredSql } from "../../platform/metered-sql.ts";
import { firstBatchIdAt } from "../../platform/timed-id.ts";
import type {
  Attempt,
  AttemptOutcome,
  Claim,
  Delivery,
  DeliveryKey,
  DeliveryPage,
  DeliveryStatus,
  LoggedDelivery,
  Redeliverable,
} from "./contract.ts";

/** Longer than an attempt can take, which is a DNS lookup and at most ten seconds for the post. */
const LEASE_MS = 30 * SECOND_MS;
/** How early an attempt may be: queues delay by whole seconds, and by a clock of their own. */
const EARLY_MS = SECOND_MS / 2;
const ATTEMPTS_KEPT = 20;
const DELIVERY_DAYS = 30;
/** The rows deleted in one slice: well below a tenth of a second of work. */
const SLICE_ROWS = 1_000;

/** Claims a delivery for one attempt; the first claim creates its row. */
export function claimDelivery(sql: MeteredSql, delivery: Delivery, nowMs: number): Claim {
  const { webhookId, eventId } = delivery;
  const claimedUntilMs = nowMs + LEASE_MS;
  const [row] = sql.run<ClaimRow>(
    `SELECT status, tries, attempts, due_at_ms, lease_until_ms FROM deliveries WHERE webhook = ? AND event_id = ?`,
    webhookId,
    eventId,
  );
  if (row === undefined) return insertClaimed(sql, delivery, claimedUntilMs);
  if (row.status !== "pending") return { kind: "over" };
  const { due_at_ms: dueAtMs, lease_until_ms: leaseUntilMs } = row;
  if (leaseUntilMs !== null && leaseUntilMs > nowMs) return { kind: "wait", untilMs: leaseUntilMs };
  if (dueAtMs !== null && dueAtMs > nowMs + EARLY_MS) return { kind: "wait", untilMs: dueAtMs };
  const attempt = row.tries + 1;
  // A lease that ran out belongs to an attempt whose consumer died before recording it.
  const attempts =
    leaseUntilMs === null ? row.attempts : withAttempt(row.attempts, lost(leaseUntilMs));
  sql.run(
    `UPDATE deliveries SET tries = ?, attempts = ?, lease_until_ms = ? WHERE webhook = ? AND event_id = ?`,
    attempt,
    attempts,
    claimedUntilMs,
    webhookId,
    eventId,
  );
  return { kind: "go", attempt };
}

/** Records the outcome of a claimed attempt, and releases the claim. */
export function recordAttempt(
  sql: MeteredSql,
  { webhookId, eventId }: DeliveryKey,
  attempt: Attempt,
  { status, nextAtMs }: AttemptOutcome,
): void {
  const [row] = sql.run<{ attempts: string }>(
    "SELECT attempts FROM deliveries WHERE webhook = ? AND event_id = ?",
    webhookId,
    eventId,
  );
  if (row === undefined) return;
  sql.run(
    `UPDATE deliveries SET status = ?, attempts = ?, due_at_ms = ?, lease_until_ms = NULL
     WHERE webhook = ? AND event_id = ?`,
    status,
    withAttempt(row.attempts, attempt),
    nextAtMs,
    webhookId,
    eventId,
  );
}

/** Returns a page of an endpoint's deliveries, the newest first. */
export function listDeliveries(
  sql: MeteredSql,
  webhookId: number,
  { status, beforeId, limit }: DeliveryPage,
): LoggedDelivery[] {
  const rows = sql.run<LoggedRow>(
    `SELECT event_id, event, at_ms, status, attempts, due_at_ms FROM deliveries
     WHERE webhook = ? AND event_id < ? ${status === null ? "" : WITH_STATUS[status]}
     ORDER BY event_id DESC LIMIT ?`,
    webhookId,
    beforeId ?? AFTER_EVERY_ID,
    limit,
  );
  return rows.map((row) => ({
    webhookId,
    eventId: row.event_id,
    event: row.event,
    atMs: row.at_ms,
    status: row.status,
    attempts: JSON.parse(row.attempts) as Attempt[],
    nextAtMs: row.due_at_ms,
  }));
}

/** Returns the finished deliveries that are to be restarted, oldest first. */
export function redeliverable(
  sql: MeteredSql,
  webhookId: number,
  wanted: Redeliverable,
): Delivery[] {
  const [where, from, limit] =
    "eventId" in wanted
      ? ["event_id = ? AND status <> 'pending'", wanted.eventId, 1]
      : ["event_id >= ? AND status = 'failed'", firstBatchIdAt(wanted.failedSinceMs), wanted.limit];
  const rows = sql.run<ContentRow>(
    `SELECT event_id, event, at_ms, link, body FROM deliveries
     WHERE webhook = ? AND ${where} ORDER BY event_id LIMIT ?`,
    webhookId,
    from,
    limit,
  );
  return rows.map(({ event_id: eventId, at_ms: atMs, link, ...row }) => ({
    ...row,
    webhookId,
    eventId,
    atMs,
    linkId: link,
  }));
}

/** Restarts finished deliveries; pending ones stay as they are. */
export function reopenDeliveries(
  sql: MeteredSql,
  webhookId: number,
  eventIds: readonly string[],
): void {
  sql.run(
    `UPDATE deliveries SET status = 'pending', tries = 0, due_at_ms = NULL, lease_until_ms = NULL
     WHERE webhook = ? AND event_id IN (SELECT value FROM json_each(?)) AND status <> 'pending'`,
    webhookId,
    JSON.stringify(eventIds),
  );
}

/**
 * Deletes the deliveries that contain clicks of a purged link: those of its clicks, and those of
 * conversions attributed to them. Events of the link itself, such as its deletion, stay.
 */
export function forgetClicks(sql: MeteredSql, linkId: number): void {
  // Event names are literals, so that SQLite uses the partial index of each.
  sql.run("DELETE FROM deliveries WHERE link = ? AND event = 'link.clicked'", linkId);
  sql.run("DELETE FROM deliveries WHERE link = ? AND event = 'conversion.tracked'", linkId);
}

/** Deletes the next deliveries older than 30 days; returns whether more may be left. */
export function deliveriesSlice(sql: MeteredSql, nowMs: number, rowsMax = SLICE_ROWS): boolean {
  const endId = firstBatchIdAt(nowMs - DELIVERY_DAYS * DAY_MS);
  let webhookId: number | null = 0;
  for (;;) {
    webhookId = nextWebhook(sql, webhookId);
    if (webhookId === null) return false;
    const over = sql.run<{ event_id: string }>(
      "SELECT event_id FROM deliveries WHERE webhook = ? AND event_id < ? ORDER BY event_id LIMIT ?",
      webhookId,
      endId,
      rowsMax,
    );
    const last = over.at(-1);
    if (last === undefined) continue;
    sql.run("DELETE FROM deliveries WHERE webhook = ? AND event_id <= ?", webhookId, last.event_id);
    if (over.length === rowsMax) return true;
  }
}

/** Whether any deliveries are left to delete one day. */
export function hasDeliveries(sql: MeteredSql): boolean {
  return nextWebhook(sql, 0) !== null;
}

interface ClaimRow extends Record<string, SqlStorageValue> {
  readonly status: DeliveryStatus;
  readonly tries: number;
  readonly attempts: string;
  readonly due_at_ms: number | null;
  readonly lease_until_ms: number | null;
}

interface LoggedRow extends Record<string, SqlStorageValue> {
  readonly event_id: string;
  readonly event: string;
  readonly at_ms: number;
  readonly status: DeliveryStatus;
  readonly attempts: string;
  readonly due_at_ms: number | null;
}

interface ContentRow extends Record<string, SqlStorageValue> {
  readonly event_id: string;
  readonly event: string;
  readonly at_ms: number;
  readonly link: number | null;
  readonly body: string;
}

/** Sorts after every event id, which consists of digits, letters and `-`. */
const AFTER_EVERY_ID = "~";

/** Conditions with literals, so that SQLite uses the partial index of failed deliveries. */
const WITH_STATUS: Readonly<Record<DeliveryStatus, string>> = {
  pending: "AND status = 'pending'",
  delivered: "AND status = 'delivered'",
  failed: "AND status = 'failed'",
};

function insertClaimed(sql: MeteredSql, delivery: Delivery, leaseUntilMs: number): Claim {
  const { webhookId, eventId, event, atMs, linkId, body } = delivery;
  if ((event === "link.clicked" || event === "conversion.tracked") && linkId !== null) {
    const purged = sql.run("SELECT 1 FROM purged WHERE link = ?", linkId);
    if (purged.length > 0) return { kind: "over" };
  }
  sql.run(
    `INSERT INTO deliveries (webhook, event_id, event, at_ms, link, body, status, tries, attempts, lease_until_ms)
     VALUES (?, ?, ?, ?, ?, ?, 'pending', 1, '[]', ?)`,
    webhookId,
    eventId,
    event,
    atMs,
    linkId,
    body,
    leaseUntilMs,
  );
  return { kind: "go", attempt: 1 };
}

function lost(leaseUntilMs: number): Attempt {
  const atMs = leaseUntilMs - LEASE_MS;
  return { atMs, durationMs: null, status: null, error: "interrupted", response: null };
}

function withAttempt(attempts: string, attempt: Attempt): string {
  return JSON.stringify([...(JSON.parse(attempts) as Attempt[]), attempt].slice(-ATTEMPTS_KEPT));
}

function nextWebhook(sql: MeteredSql, after: number): number | null {
  const [row] = sql.run<{ webhook: number | null }>(
    "SELECT min(webhook) AS webhook FROM deliveries WHERE webhook > ?",
    after,
  );
  return row?.webhook ?? null;
}
