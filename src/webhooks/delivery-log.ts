/** What members do with the delivery log: list deliveries, redeliver them, or send a sample. */

import { sql } from "drizzle-orm";

import type { Workspace } from "../access/access.ts";
import { type Database, databaseOf } from "../db/database.ts";
import { jsonSlices } from "../db/json-slices.ts";
import type {
  Delivery,
  DeliveryPage,
  LoggedDelivery,
  Redeliverable,
} from "../ledger/deliveries/contract.ts";
import { ledgerFor } from "../ledger/stub.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { deliveryIdOf, eventIdOf } from "./delivery-job.ts";
import type { Endpoint } from "./endpoint.ts";
import type { DeliveryNotFound, WebhookInactive } from "./errors.ts";
import { dataOf, type EventType, newEventId } from "./events.ts";
import { OUTBOX_COLUMNS, OUTBOX_REF, type OutboxRef, queueSoon, QUEUE_GRACE_MS } from "./outbox.ts";
import { sampleData } from "./samples.ts";

export interface DeliveryContext {
  readonly env: Cloudflare.Env;
  readonly workspace: Pick<Workspace, "ledger">;
  readonly nowMs: number;
}

export interface Redelivered {
  readonly count: number;
  /** Whether more failed deliveries are left for another call. */
  readonly more: boolean;
}

/** The most deliveries that one call restarts. */
const REDELIVERED_MAX = 500;

/** Returns a page of an endpoint's deliveries, newest first. */
export async function listDeliveries(
  { env, workspace }: DeliveryContext,
  { id }: Endpoint,
  page: DeliveryPage,
): Promise<LoggedDelivery[]> {
  return ledgerFor(env, workspace.ledger).listDeliveries(id, page);
}

/** Restarts one delivery from its first attempt, with the same event id. */
export async function redeliverOne(
  context: DeliveryContext,
  endpoint: Endpoint,
  deliveryId: string,
): Promise<Result<null, DeliveryNotFound | WebhookInactive>> {
  const eventId = eventIdOf(deliveryId, endpoint.uuid);
  if (eventId === null) return err({ reason: "delivery_not_found" });
  const again = await redeliver(context, endpoint, { eventId });
  if (!again.ok) return again;
  return again.value.length > 0 ? ok(null) : err({ reason: "delivery_not_found" });
}

/** Restarts the deliveries that have failed since a time, oldest first. */
export async function redeliverFailed(
  context: DeliveryContext,
  endpoint: Endpoint,
  failedSinceMs: number,
): Promise<Result<Redelivered, WebhookInactive>> {
  const wanted = { failedSinceMs, limit: REDELIVERED_MAX };
  const again = await redeliver(context, endpoint, wanted);
  if (!again.ok) return again;
  const { length } = again.value;
  return ok({ count: length, more: length === REDELIVERED_MAX });
}

/** Sends a sample of an event, dated now, and returns its delivery id. */
export async function sendSample(
  { env, nowMs }: DeliveryContext,
  endpoint: Endpoint,
  event: EventType,
): Promise<Result<string, WebhookInactive>> {
  if (!endpoint.isActive) return err({ reason: "webhook_inactive" });
  const eventId = newEventId(nowMs);
  const data = sampleData(env, event, nowMs);
  const sample = { eventId, event, atMs: nowMs, linkId: null, data };
  queueSoon(env, await putBack(databaseOf(env.DB), endpoint, [sample], nowMs));
  return ok(deliveryIdOf(eventId, endpoint.uuid));
}

async function redeliver(
  { env, workspace, nowMs }: DeliveryContext,
  endpoint: Endpoint,
  wanted: Redeliverable,
): Promise<Result<readonly Delivery[], WebhookInactive>> {
  if (!endpoint.isActive) return err({ reason: "webhook_inactive" });
  const ledger = ledgerFor(env, workspace.ledger);
  const deliveries: readonly Delivery[] = await ledger.redeliverable(endpoint.id, wanted);
  if (deliveries.length === 0) return ok([]);
  // The outbox comes first: a delivery that the Ledger reopens needs a row from which it is sent.
  const entries = deliveries.map(({ body, ...delivery }) => ({ ...delivery, data: dataOf(body) }));
  const refs = await putBack(databaseOf(env.DB), endpoint, entries, nowMs);
  await ledger.reopenDeliveries(
    endpoint.id,
    deliveries.map(({ eventId }) => eventId),
  );
  queueSoon(env, refs);
  return ok(deliveries);
}

interface OutboxEntry {
  readonly eventId: string;
  readonly event: string;
  readonly atMs: number;
  readonly linkId: number | null;
  readonly data: string;
}

async function putBack(
  db: Database,
  { id }: Endpoint,
  entries: readonly OutboxEntry[],
  nowMs: number,
): Promise<OutboxRef[]> {
  const refs: OutboxRef[] = [];
  for (const json of jsonSlices(entries)) {
    const inserted = await db.all<OutboxRef>(sql`
      insert into webhook_outbox ${OUTBOX_COLUMNS}
      select ${id}, value->>'eventId', value->>'event', value->>'atMs', value->>'linkId',
        value->>'data', ${nowMs + QUEUE_GRACE_MS}
      from json_each(${json})
      where true on conflict (webhook_id, event_id) do update set due_at_ms = excluded.due_at_ms
      returning ${OUTBOX_REF}`);
    refs.push(...inserted);
  }
  return refs;
}
