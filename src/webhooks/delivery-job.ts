/** What a delivery needs of D1: its endpoint and its event, read together; and what it leaves there. */

import type { Delivery } from "../ledger/deliveries/contract.ts";
import { ledgerIdOf, type Jurisdiction, type LedgerId } from "../ledger/ledger-id.ts";
import { SECOND_MS } from "../platform/clock.ts";
import { unseal } from "../platform/sealing.ts";
import { objectIdOf } from "../platform/uuid.ts";
import { bodyOf, type EventType } from "./events.ts";
import type { DeliveryMessage } from "./message.ts";
import type { RetryPolicy } from "./schedule.ts";
import type { DisabledReason, EndpointHealth, Verdict } from "./verdict.ts";

export interface DeliveryJob {
  readonly delivery: Delivery;
  /** Unique for each event and endpoint; in the API's and the header's form. */
  readonly deliveryId: string;
  readonly ledger: LedgerId;
  readonly isActive: boolean;
  readonly url: string;
  readonly retryPolicy: RetryPolicy;
  readonly health: EndpointHealth;
  /** The event waits in the outbox until the delivery is over. */
  readonly inOutbox: boolean;
  /** Opened only for a post. */
  readonly secrets: () => Promise<readonly [current: string, previous?: string]>;
}

/** A queue that lost a retry is noticed so long after it was due. */
const OVERDUE_MS = 60 * SECOND_MS;

interface JobRow extends Record<string, unknown> {
  readonly uuid: string;
  readonly url: string;
  readonly secret: string;
  readonly previous_secret: string | null;
  readonly previous_until_ms: number | null;
  readonly retry_policy: RetryPolicy;
  readonly is_active: number;
  readonly is_slow: number;
  readonly failing_since_ms: number | null;
  readonly disabled_reason: DisabledReason | null;
  readonly workspace_uuid: string;
  readonly jurisdiction: Jurisdiction | null;
  readonly event: EventType | null;
  readonly at_ms: number;
  readonly link_id: number | null;
  readonly data: string;
}

/** Names a delivery: an event for an endpoint. */
export function deliveryIdOf(eventId: string, webhookUuid: string): string {
  return `${eventId}_${objectIdOf(webhookUuid)}`;
}

/** Gives the event of a delivery's name, or null when it is not of this endpoint. */
export function eventIdOf(deliveryId: string, webhookUuid: string): string | null {
  const suffix = `_${objectIdOf(webhookUuid)}`;
  return deliveryId.endsWith(suffix) ? deliveryId.slice(0, -suffix.length) : null;
}

/** Reads what a message is about; null when its endpoint is gone, or its event has been dealt with. */
export async function readJob(
  env: Pick<Cloudflare.Env, "DB" | "ENCRYPTION_KEY">,
  { webhookId, eventId, event: carried }: DeliveryMessage,
  nowMs: number,
): Promise<DeliveryJob | null> {
  const row = await env.DB.prepare(
    `SELECT hook.*, workspaces.uuid AS workspace_uuid, workspaces.jurisdiction,
       outbox.event, outbox.at_ms, outbox.link_id, outbox.data
     FROM webhooks AS hook JOIN workspaces ON workspaces.id = hook.workspace_id
     LEFT JOIN webhook_outbox AS outbox ON outbox.webhook_id = hook.id AND outbox.event_id = ?2
     WHERE hook.id = ?1`,
  )
    .bind(webhookId, eventId)
    .first<JobRow>();
  if (row === null) return null;
  const inOutbox = row.event !== null;
  const event =
    row.event === null
      ? carried
      : { event: row.event, atMs: row.at_ms, linkId: row.link_id, data: row.data };
  if (event === undefined) return null;
  return {
    delivery: { webhookId, eventId, ...event, body: bodyOf({ id: eventId, ...event }) },
    deliveryId: deliveryIdOf(eventId, row.uuid),
    ledger: ledgerIdOf({ uuid: row.workspace_uuid, jurisdiction: row.jurisdiction }),
    isActive: row.is_active === 1,
    url: row.url,
    retryPolicy: row.retry_policy,
    health: {
      isSlow: row.is_slow === 1,
      failingSinceMs: row.failing_since_ms,
      disabledReason: row.disabled_reason,
    },
    inOutbox,
    secrets: () => secretsOf(env.ENCRYPTION_KEY, row, nowMs),
  };
}

/** Takes a delivery that is over out of the outbox. */
export async function settle(db: D1Database, { delivery, inOutbox }: DeliveryJob): Promise<void> {
  if (inOutbox) await removal(db, delivery).run();
}

/** Writes what an attempt changed: nothing at all in the usual case of a click that was delivered. */
export async function keepVerdict(
  db: D1Database,
  job: DeliveryJob,
  { delivery: { status }, health }: Verdict,
  { nowMs, nextAtMs }: { readonly nowMs: number; readonly nextAtMs: number | null },
): Promise<void> {
  const { delivery, inOutbox } = job;
  const statements = healthStatements(db, job, health, nowMs);
  if (inOutbox && status !== "pending") statements.push(removal(db, delivery));
  if (inOutbox && nextAtMs !== null) {
    statements.push(
      db
        .prepare("UPDATE webhook_outbox SET due_at_ms = ?3 WHERE webhook_id = ?1 AND event_id = ?2")
        .bind(delivery.webhookId, delivery.eventId, nextAtMs + OVERDUE_MS),
    );
  }
  if (statements.length > 0) await db.batch(statements);
}

/** What has changed since the job was read is left as it is: by a person, or by another delivery. */
function healthStatements(
  db: D1Database,
  { delivery: { webhookId }, health: before }: DeliveryJob,
  { isSlow, failingSinceMs, disabledReason }: EndpointHealth,
  nowMs: number,
): D1PreparedStatement[] {
  const statements: D1PreparedStatement[] = [];
  if (disabledReason !== null) {
    statements.push(
      db
        .prepare(
          `UPDATE webhooks SET is_active = 0, disabled_reason = ?2, updated_at_ms = ?3
           WHERE id = ?1 AND is_active = 1 AND (?2 = 'gone' OR failing_since_ms IS ?4)`,
        )
        .bind(webhookId, disabledReason, nowMs, before.failingSinceMs),
    );
  }
  if (before.isSlow !== isSlow || before.failingSinceMs !== failingSinceMs) {
    statements.push(
      db
        .prepare(
          `UPDATE webhooks SET is_slow = ?2, failing_since_ms = ?3
           WHERE id = ?1 AND failing_since_ms IS ?4`,
        )
        .bind(webhookId, Number(isSlow), failingSinceMs, before.failingSinceMs),
    );
  }
  return statements;
}

function removal(db: D1Database, { webhookId, eventId }: Delivery): D1PreparedStatement {
  return db
    .prepare("DELETE FROM webhook_outbox WHERE webhook_id = ?1 AND event_id = ?2")
    .bind(webhookId, eventId);
}

async function secretsOf(keys: string, row: JobRow, nowMs: number) {
  const current = await unseal(keys, row.uuid, row.secret);
  const { previous_secret: previous, previous_until_ms: untilMs } = row;
  if (previous === null || untilMs === null || untilMs <= nowMs) return [current] as const;
  return [current, await unseal(keys, row.uuid, previous)] as const;
}
