/** What members do with the delivery log: list deliveries, redeliver them, or send a sample. */

import type { Workspace } from "../access/access.ts";
import type { DeliveryPage, LoggedDelivery } from "../ledger/deliveries/contract.ts";
import { ledgerFor } from "../ledger/stub.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { deliveryIdOf, eventIdOf } from "./delivery-target.ts";
import type { Endpoint } from "./endpoint.ts";
import type { DeliveryNotFound, WebhookInactive } from "./errors.ts";
import { bodyOf, type EventType, newEventId } from "./events.ts";
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
  { uuid }: Endpoint,
  page: DeliveryPage,
): Promise<LoggedDelivery[]> {
  return ledgerFor(env, workspace.ledger).listDeliveries(uuid, page);
}

/** Restarts one delivery from its first attempt, with the same event id. */
export async function redeliverOne(
  { env, workspace }: DeliveryContext,
  { uuid, isActive }: Endpoint,
  deliveryId: string,
): Promise<Result<null, DeliveryNotFound | WebhookInactive>> {
  const eventId = eventIdOf(deliveryId, uuid);
  if (eventId === null) return err({ reason: "delivery_not_found" });
  if (!isActive) return err({ reason: "webhook_inactive" });
  const count = await ledgerFor(env, workspace.ledger).redeliver(uuid, { eventId });
  return count > 0 ? ok(null) : err({ reason: "delivery_not_found" });
}

/** Restarts the deliveries that have failed since a time, oldest first. */
export async function redeliverFailed(
  { env, workspace }: DeliveryContext,
  { uuid, isActive }: Endpoint,
  failedSinceMs: number,
): Promise<Result<Redelivered, WebhookInactive>> {
  if (!isActive) return err({ reason: "webhook_inactive" });
  const wanted = { failedSinceMs, limit: REDELIVERED_MAX };
  const count = await ledgerFor(env, workspace.ledger).redeliver(uuid, wanted);
  return ok({ count, more: count === REDELIVERED_MAX });
}

/** Sends a sample of an event, dated now, and returns its delivery id. */
export async function sendSample(
  { env, workspace: { ledger }, nowMs }: DeliveryContext,
  { uuid, isActive }: Endpoint,
  event: EventType,
): Promise<Result<string, WebhookInactive>> {
  if (!isActive) return err({ reason: "webhook_inactive" });
  const id = newEventId(nowMs);
  const sample = { event, atMs: nowMs, linkId: null };
  const body = bodyOf({ ...sample, id, data: sampleData(env, event, nowMs) });
  const offered = { ...sample, eventId: id, body, webhooks: [uuid] };
  await ledgerFor(env, ledger).offer(ledger, [offered]);
  return ok(deliveryIdOf(id, uuid));
}
