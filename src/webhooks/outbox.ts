/**
 * The outbox: events on their way to the Ledger of their workspace. A change writes its events in
 * its own D1 batch, one row each, and only if an endpoint subscribes. They are handed over after
 * the batch; the sweep hands over any that were not.
 */

import { waitUntil } from "cloudflare:workers";
import { type SQL, sql } from "drizzle-orm";

import { SECOND_MS } from "../platform/clock.ts";
import { tolerate } from "../platform/log.ts";
import type { EventType } from "./events.ts";
import { handOver } from "./hand-over.ts";

/** A row of the outbox. */
export interface OutboxRef {
  readonly eventId: string;
}

/** How long the sweep leaves a new row alone, because its writer may still be handing it over. */
const HAND_OVER_GRACE_MS = 30 * SECOND_MS;

/** The columns that `outboxRow` supplies values for. */
export const OUTBOX_COLUMNS = sql`(event_id, workspace_id, event, at_ms, link_id, data, webhooks, link_facts, due_at_ms)`;

/** The column that an insert returns: the reference to hand over. */
export const OUTBOX_REF = sql`event_id as "eventId"`;

export interface OutboxValues {
  readonly event: EventType;
  readonly atMs: number;
  readonly eventId: SQL;
  readonly linkId: SQL;
  readonly data: SQL;
  /** The link's facts, which are stored only if a subscriber has a filter. */
  readonly linkFacts: SQL;
}

/** Selects the row of an event, in a query whose `from` begins with `subscribers`. */
export function outboxRow({ event, atMs, eventId, linkId, data, linkFacts }: OutboxValues): SQL {
  const dueAtMs = atMs + HAND_OVER_GRACE_MS;
  return sql`${eventId}, subscribers.workspace_id, ${event}, ${atMs}, ${linkId}, ${data},
    subscribers.uuids, iif(subscribers.filtered, ${linkFacts}, null), ${dueAtMs}`;
}

/** The SQL condition for a workspace's active endpoints (`hook`) that subscribe to an event. */
export function subscribes(workspaceId: SQL | number, event: EventType): SQL {
  return sql`hook.workspace_id = ${workspaceId} and hook.is_active = 1 and exists (
    select 1 from json_each(hook.events) where json_each.value in ('*', ${event})
  )`;
}

/**
 * Selects one row, with a workspace's active endpoints that subscribe to an event, and the filters
 * of those that have any; none without any endpoint.
 */
export function subscribers(workspaceId: SQL | number, event: EventType): SQL {
  return sql`(
    select hook.workspace_id, json_group_array(hook.uuid) as uuids,
      max(hook.filters <> '{}') as filtered,
      json_group_object(hook.uuid, json(hook.filters)) filter (where hook.filters <> '{}') as filters
    from webhooks as hook
    where ${subscribes(workspaceId, event)} group by hook.workspace_id
  ) as subscribers`;
}

/**
 * Selects the same for an event that concerns no link: only endpoints without a filter receive it.
 */
export function unfilteredSubscribers(workspaceId: SQL | number, event: EventType): SQL {
  return sql`(
    select hook.workspace_id, json_group_array(hook.uuid) as uuids, 0 as filtered
    from webhooks as hook
    where ${subscribes(workspaceId, event)} and hook.filters = '{}' group by hook.workspace_id
  ) as subscribers`;
}

/** Sends, after the response, what a batch wrote. The sweep sends what could not be sent here. */
export function queueSoon(env: Cloudflare.Env, refs: readonly OutboxRef[]): void {
  if (refs.length === 0) return;
  const handedOver = handOver(
    env,
    refs.map(({ eventId }) => eventId),
  );
  waitUntil(tolerate("webhooks.hand_over.failed", handedOver, { count: refs.length }));
}
