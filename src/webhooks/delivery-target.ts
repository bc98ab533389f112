/** An endpoint as a delivery needs it: reads it from D1, and stores what attempts found about it. */

import { unseal } from "../platform/sealing.ts";
import { secretOf, type Secrets } from "../platform/secrets.ts";
import { objectIdOf } from "../platform/uuid.ts";
import type { RetryPolicy } from "./schedule.ts";
import type { DisabledReason, EndpointHealth } from "./verdict.ts";

export interface DeliveryTarget {
  readonly uuid: string;
  readonly isActive: boolean;
  readonly url: string;
  readonly retryPolicy: RetryPolicy;
  readonly health: EndpointHealth;
  /** Decrypted only for a post. */
  readonly secrets: () => Promise<readonly [current: string, previous?: string]>;
}

interface TargetRow extends Record<string, unknown> {
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

/** Reads an endpoint; null if it is gone. */
export async function readTarget(
  env: Pick<Cloudflare.Env, "DB"> & Secrets,
  webhook: string,
  nowMs: number,
): Promise<DeliveryTarget | null> {
  const row = await env.DB.prepare("SELECT * FROM webhooks WHERE uuid = ?1")
    .bind(webhook)
    .first<TargetRow>();
  if (row === null) return null;
  return {
    uuid: row.uuid,
    isActive: row.is_active === 1,
    url: row.url,
    retryPolicy: row.retry_policy,
    health: {
      isSlow: row.is_slow === 1,
      failingSinceMs: row.failing_since_ms,
      disabledReason: row.disabled_reason,
    },
    secrets: async () => secretsOf(await secretOf(env, "ENCRYPTION_KEY"), row, nowMs),
  };
}

/**
 * Writes what an attempt has changed, usually nothing. Leaves alone what a person or another
 * delivery has changed since the endpoint was read.
 */
export async function keepHealth(
  db: D1Database,
  { uuid, health: before }: DeliveryTarget,
  { isSlow, failingSinceMs, disabledReason }: EndpointHealth,
  nowMs: number,
): Promise<void> {
  const statements: D1PreparedStatement[] = [];
  if (disabledReason !== null) {
    statements.push(
      db
        .prepare(
          `UPDATE webhooks SET is_active = 0, disabled_reason = ?2, updated_at_ms = ?3
           WHERE uuid = ?1 AND is_active = 1 AND (?2 = 'gone' OR failing_since_ms IS ?4)`,
        )
        .bind(uuid, disabledReason, nowMs, before.failingSinceMs),
    );
  }
  if (before.isSlow !== isSlow || before.failingSinceMs !== failingSinceMs) {
    statements.push(
      db
        .prepare(
          `UPDATE webhooks SET is_slow = ?2, failing_since_ms = ?3
           WHERE uuid = ?1 AND failing_since_ms IS ?4`,
        )
        .bind(uuid, Number(isSlow), failingSinceMs, before.failingSinceMs),
    );
  }
  if (statements.length > 0) await db.batch(statements);
}

async function secretsOf(keys: string, row: TargetRow, nowMs: number) {
  const current = await unseal(keys, row.uuid, row.secret);
  const { previous_secret: previous, previous_until_ms: untilMs } = row;
  if (previous === null || untilMs === null || untilMs <= nowMs) return [current] as const;
  return [current, await unseal(keys, row.uuid, previous)] as const;
}
