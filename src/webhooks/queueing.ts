/** Queues deliveries, and finds those that were never queued. */

import { MINUTE_MS } from "../platform/clock.ts";
import type { DeliveryMessage } from "./message.ts";

/** The most messages that a queue accepts per call. */
const MESSAGES_MAX = 100;
/** The most rows that one sweep queues, well below every limit of an invocation. */
const OVERDUE_MAX = 1_000;
/**
 * How long a swept row waits before it is queued again, so that a backlog is not queued repeatedly.
 */
const REQUEUE_MS = 10 * MINUTE_MS;

/** Queues deliveries, in calls of at most a hundred. Throws at the first call that fails. */
export async function queueDeliveries(
  queue: Queue,
  messages: readonly DeliveryMessage[],
): Promise<void> {
  for (let from = 0; from < messages.length; from += MESSAGES_MAX) {
    const some = messages.slice(from, from + MESSAGES_MAX);
    await queue.sendBatch(some.map((body) => ({ body })));
  }
}

/**
 * Queues overdue outbox rows, and returns how many. A row is overdue if the Worker died before it
 * queued the row, or if the queue lost it. A row that is queued twice is still posted once per
 * attempt.
 */
export async function queueOverdue(env: Cloudflare.Env, nowMs: number): Promise<number> {
  const { results } = await env.DB.prepare(
    `SELECT webhook_id AS webhookId, event_id AS eventId FROM webhook_outbox
     WHERE due_at_ms <= ?1 ORDER BY due_at_ms LIMIT ?2`,
  )
    .bind(nowMs, OVERDUE_MAX)
    .all<Pick<DeliveryMessage, "webhookId" | "eventId">>();
  if (results.length === 0) return 0;
  await queueDeliveries(
    env.WEBHOOKS,
    results.map((ref) => ({ v: 1, ...ref })),
  );
  await env.DB.prepare(
    `UPDATE webhook_outbox SET due_at_ms = ?2
     WHERE (webhook_id, event_id) IN (SELECT value->>'webhookId', value->>'eventId' FROM json_each(?1))
       AND due_at_ms <= ?3`,
  )
    .bind(JSON.stringify(results), nowMs + REQUEUE_MS, nowMs)
    .run();
  return results.length;
}
