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
  subscribes,
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
    data: sql`json_object(
      'subscription', json_object('plan', ${plan}, 'previous_plan', workspace.plan)
    )`,
  });
  return db.all<OutboxRef>(sql`
    insert into webhook_outbox ${OUTBOX_COLUMNS}
    select ${row} from workspaces as workspace cross join webhooks as hook
    where workspace.uuid = ${workspaceUuid} and workspace.plan <> ${plan}
      and ${subscribes(sql`workspace.id`, event)}
    returning ${OUTBOX_REF}`);
}
