/**
 * The webhook log, and the guard that posts once an attempt: whoever has claimed a delivery is alone
 * with it until the lease is over, however often the queue delivers its message.
 *
 * A row is a delivery: an event and an endpoint. Event ids begin with their time, so rows lie in order.
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

/** Longer than an attempt can take: the look at the DNS, and ten seconds for the post. */
const LEASE_MS = 30 * SECOND_MS;
/** A queue counts in whole seconds, and its clock is another. */
const EARLY_MS = SECOND_MS / 2;
const ATTEMPTS_KEPT = 20;
const DELIVERY_DAYS = 30;
/** Rows dropped in one slice: well below a tenth of a second of work. */
const SLICE_ROWS = 1_000;

/** Takes a delivery for one attempt, and makes its row the first time. */
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
  // A lease that ran out belongs to an attempt that nobody lived to write down.
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

/** Writes down what came of a claimed attempt, and ends the claim. */
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

/** Gives a page of an endpoint's deliveries, the newest first. */
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

/** Gives deliveries that are over and wanted again, oldest first. */
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

/** Begins deliveries again; those that are on their way are left alone. */
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
 * Forgets the clicks of a purged link that were told, by themselves or as what led to a conversion;
 * that it was made and deleted stays.
 */
export function forgetClicks(sql: MeteredSql, linkId: number): void {
  // Literals, each with an index of its own.
  sql.run("DELETE FROM deliveries WHERE link = ? AND event = 'link.clicked'", linkId);
  sql.run("DELETE FROM deliveries WHERE link = ? AND event = 'conversion.tracked'", linkId);
}

/** Drops the next deliveries whose 30 days are over; true when there may be more. */
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

/** Tells whether there is anything that will have to be dropped one day. */
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

/** Ids are of digits, letters and `-`. */
const AFTER_EVERY_ID = "~";

/** Literals, so that the index of the failed ones is found. */
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
