/**
 * Notifies webhooks of the operator's changes, by statements for the batch of the change itself.
 */

import { sql } from "drizzle-orm";

import type { Plan } from "../config.ts";
import type { Database } from "../db/database.ts";
import { type EventType, newEventId } from "../webhooks/events.ts";
import {
  OUTBOX_COLUMNS,
  OUTBOX_REF,
  type OutboxRef,
  outboxRow,
  unfilteredSubscribers,
} from "../webhooks/outbox.ts";

/** Stores `subscription.updated` unless the plan stays the same; runs before the change. */
export function planEventsStatement(
  db: Database,
  workspaceUuid: string,
  plan: Plan,
  nowMs: number,
) {
  const event: EventType = "subscription.updated";
  const row = outboxRow({
    event,
    atMs: nowMs,
    eventId: sql`${newEventId(nowMs)}`,
    linkId: sql`null`,
    linkFacts: sql`null`,
    data: sql`json_object(
      'subscription', json_object('plan', ${plan}, 'previous_plan', workspace.plan)
    )`,
  });
  const id = sql`(select id from workspaces where uuid = ${workspaceUuid})`;
  return db.all<OutboxRef>(sql`
    insert into webhook_outbox ${OUTBOX_COLUMNS}
    select ${row} from ${unfilteredSubscribers(id, event)}
    cross join workspaces as workspace
    where workspace.id = subscribers.workspace_id and workspace.plan <> ${plan}
    returning ${OUTBOX_REF}`);
}
