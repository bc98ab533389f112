/**
 * A delivery's reads and writes in D1: loads its endpoint and event together, stores the outcome.
 */

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
  /** Unique per event and endpoint, in the form that the API and the header use. */
  readonly deliveryId: string;
  readonly ledger: LedgerId;
  readonly isActive: boolean;
  readonly url: string;
  readonly retryPolicy: RetryPolicy;
  readonly health: EndpointHealth;
  /** Whether the event is in the outbox, where it stays until the delivery is over. */
  readonly inOutbox: boolean;
  /** Decrypted only for a post. */
  readonly secrets: () => Promise<readonly [current: string, previous?: string]>;
}

/** How long after its due time a retry counts as lost by the queue. */
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

/** Returns the id of the delivery of an event to an endpoint. */
export function deliveryIdOf(eventId: string, webhookUuid: string): string {
  return `${eventId}_${objectIdOf(webhookUuid)}`;
}

/** Returns the event id in a delivery id, or null if the delivery belongs to another endpoint. */
export function eventIdOf(deliveryId: string, webhookUuid: string): string | null {
  const suffix = `_${objectIdOf(webhookUuid)}`;
  return deliveryId.endsWith(suffix) ? deliveryId.slice(0, -suffix.length) : null;
}

/** Reads a message's endpoint and event. Null if the endpoint is gone or the event is settled. */
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

/** Removes a delivery that is over from the outbox. */
export async function settle(db: D1Database, { delivery, inOutbox }: DeliveryJob): Promise<void> {
  if (inOutbox) await removal(db, delivery).run();
}

/** Writes what an attempt changed. For a delivered click, the usual case, that is nothing. */
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

/** Leaves alone what a person or another delivery has changed since the job was read. */
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
