/**
 * The outbox of events for endpoints. A change writes its events in its own D1 batch, and only for
 * endpoints that subscribe. They are queued after the batch; the sweep queues any that were not.
 */

import { waitUntil } from "cloudflare:workers";
import { type SQL, sql } from "drizzle-orm";

import { SECOND_MS } from "../platform/clock.ts";
import { tolerate } from "../platform/log.ts";
import type { EventType } from "./events.ts";
import type { DeliveryMessage } from "./message.ts";
import { queueDeliveries } from "./queueing.ts";

/** One event for one endpoint. */
export type OutboxRef = Pick<DeliveryMessage, "webhookId" | "eventId">;

/** How long the sweep leaves a new row alone, because its writer may still be queueing it. */
export const QUEUE_GRACE_MS = 30 * SECOND_MS;

/** The columns that `outboxRow` supplies values for. */
export const OUTBOX_COLUMNS = sql`(webhook_id, event_id, event, at_ms, link_id, data, due_at_ms)`;

/** The columns that an insert returns: the references to queue. */
export const OUTBOX_REF = sql`webhook_id as "webhookId", event_id as "eventId"`;

export interface OutboxValues {
  readonly event: EventType;
  readonly atMs: number;
  readonly eventId: SQL;
  readonly linkId: SQL;
  readonly data: SQL;
}

/** Selects a row for each endpoint (`hook`) of a query's `from`. */
export function outboxRow({ event, atMs, eventId, linkId, data }: OutboxValues): SQL {
  const dueAtMs = atMs + QUEUE_GRACE_MS;
  return sql`hook.id, ${eventId}, ${event}, ${atMs}, ${linkId}, ${data}, ${dueAtMs}`;
}

/** The SQL condition for a workspace's active endpoints (`hook`) that subscribe to an event. */
export function subscribes(workspaceId: SQL | number, event: EventType): SQL {
  return sql`hook.workspace_id = ${workspaceId} and hook.is_active = 1 and exists (
    select 1 from json_each(hook.events) where json_each.value in ('*', ${event})
  )`;
}

/**
 * Queues, after the response, what a batch wrote. The sweep queues what could not be queued here.
 */
export function queueSoon(env: Pick<Cloudflare.Env, "WEBHOOKS">, refs: readonly OutboxRef[]): void {
  if (refs.length === 0) return;
  const messages = refs.map(({ webhookId, eventId }) => ({ v: 1, webhookId, eventId }) as const);
  const queued = queueDeliveries(env.WEBHOOKS, messages);
  waitUntil(tolerate("webhooks.queue.failed", queued, { count: refs.length }));
}
