/** Puts deliveries into a queue, and finds those that never came to be in one. */

import { MINUTE_MS } from "../platform/clock.ts";
import type { DeliveryMessage } from "./message.ts";

/** What a queue takes at once. */
const MESSAGES_MAX = 100;
/** As many as an invocation queues without nearing any of its limits. */
const OVERDUE_MAX = 1_000;
/** A full queue is not filled again and again: whoever is behind sees to a row sooner than this. */
const REQUEUE_MS = 10 * MINUTE_MS;

/** Queues deliveries, at most a hundred in a call; throws at the first call that fails. */
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
 * Queues outbox rows that nobody has seen to in time: the Worker died before it queued them, or the
 * queue lost them. One that is queued twice is still posted once an attempt.
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
