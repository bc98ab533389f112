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

/** Claims a delivery for one attempt. One that is unknown was purged, or is older than the log. */
export function claimDelivery(
  sql: MeteredSql,
  { webhook, eventId }: DeliveryKey,
  nowMs: number,
): Claim {
  const [row] = sql.run<ClaimRow>(
    `SELECT event, at_ms, link, body, status, tries, attempts, due_at_ms, lease_until_ms
     FROM deliveries WHERE webhook = ? AND event_id = ?`,
    webhook,
    eventId,
  );
  if (row?.status !== "pending") return { kind: "over" };
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
    nowMs + LEASE_MS,
    webhook,
    eventId,
  );
  const { event, at_ms: atMs, link: linkId, body } = row;
  return { kind: "go", attempt, content: { event, atMs, linkId, body } };
}

/** Records the outcome of a claimed attempt, and releases the claim. */
export function recordAttempt(
  sql: MeteredSql,
  { webhook, eventId }: DeliveryKey,
  attempt: Attempt,
  { status, nextAtMs }: AttemptOutcome,
): void {
  const [row] = sql.run<{ attempts: string }>(
    "SELECT attempts FROM deliveries WHERE webhook = ? AND event_id = ?",
    webhook,
    eventId,
  );
  if (row === undefined) return;
  sql.run(
    `UPDATE deliveries SET status = ?, attempts = ?, due_at_ms = ?, lease_until_ms = NULL
     WHERE webhook = ? AND event_id = ?`,
    status,
    withAttempt(row.attempts, attempt),
    nextAtMs,
    webhook,
    eventId,
  );
}

/** Returns a page of an endpoint's deliveries, the newest first. */
export function listDeliveries(
  sql: MeteredSql,
  webhook: string,
  { status, beforeId, limit }: DeliveryPage,
): LoggedDelivery[] {
  const rows = sql.run<LoggedRow>(
    `SELECT event_id, event, at_ms, status, tries, attempts, due_at_ms FROM deliveries
     WHERE webhook = ? AND event_id < ? ${status === null ? "" : WITH_STATUS[status]}
     ORDER BY event_id DESC LIMIT ?`,
    webhook,
    beforeId ?? AFTER_EVERY_ID,
    limit,
  );
  return rows.map((row) => ({
    webhook,
    eventId: row.event_id,
    event: row.event,
    atMs: row.at_ms,
    status: row.status,
    attempts: JSON.parse(row.attempts) as Attempt[],
    // Before its first attempt a delivery has no time of its own: it waits for its turn.
    nextAtMs: row.tries === 0 ? null : row.due_at_ms,
  }));
}

/** Restarts finished deliveries, the oldest first, and returns how many. */
export function reopenDeliveries(
  sql: MeteredSql,
  webhook: string,
  wanted: Redeliverable,
  nowMs: number,
): number {
  const [where, from, limit] =
    "eventId" in wanted
      ? ["event_id = ? AND status <> 'pending'", wanted.eventId, 1]
      : ["event_id >= ? AND status = 'failed'", firstBatchIdAt(wanted.failedSinceMs), wanted.limit];
  const reopened = sql.run(
    `UPDATE deliveries SET status = 'pending', tries = 0, due_at_ms = ?, lease_until_ms = NULL
     WHERE webhook = ? AND event_id IN (
       SELECT event_id FROM deliveries WHERE webhook = ? AND ${where} ORDER BY event_id LIMIT ?
     ) RETURNING event_id`,
    nowMs,
    webhook,
    webhook,
    from,
    limit,
  );
  return reopened.length;
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
  let webhook: string | null = "";
  for (;;) {
    webhook = nextWebhook(sql, webhook);
    if (webhook === null) return false;
    const over = sql.run<{ event_id: string }>(
      "SELECT event_id FROM deliveries WHERE webhook = ? AND event_id < ? ORDER BY event_id LIMIT ?",
      webhook,
      endId,
      rowsMax,
    );
    const last = over.at(-1);
    if (last === undefined) continue;
    sql.run("DELETE FROM deliveries WHERE webhook = ? AND event_id <= ?", webhook, last.event_id);
    if (over.length === rowsMax) return true;
  }
}

/** Whether any deliveries are left to delete one day. */
export function hasDeliveries(sql: MeteredSql): boolean {
  return nextWebhook(sql, "") !== null;
}

interface ClaimRow extends Record<string, SqlStorageValue> {
  readonly event: string;
  readonly at_ms: number;
  readonly link: number | null;
  readonly body: string;
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
  readonly tries: number;
  readonly attempts: string;
  readonly due_at_ms: number | null;
}

/** Sorts after every event id, which consists of digits, letters and `-`. */
const AFTER_EVERY_ID = "~";

/** Conditions with literals, so that SQLite uses the partial index of failed deliveries. */
const WITH_STATUS: Readonly<Record<DeliveryStatus, string>> = {
  pending: "AND status = 'pending'",
  delivered: "AND status = 'delivered'",
  failed: "AND status = 'failed'",
};

function lost(leaseUntilMs: number): Attempt {
  const atMs = leaseUntilMs - LEASE_MS;
  return { atMs, durationMs: null, status: null, error: "interrupted", response: null };
}

function withAttempt(attempts: string, attempt: Attempt): string {
  return JSON.stringify([...(JSON.parse(attempts) as Attempt[]), attempt].slice(-ATTEMPTS_KEPT));
}

function nextWebhook(sql: MeteredSql, after: string): string | null {
  const [row] = sql.run<{ webhook: string | null }>(
    "SELECT min(webhook) AS webhook FROM deliveries WHERE webhook > ?",
    after,
  );
  return row?.webhook ?? null;
}
