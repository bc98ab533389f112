/** Webhook endpoints and their deliveries. Responses always carry JSON, so that REST hooks work. */

import { Hono } from "hono";

import { ok, type Result } from "../../../platform/result.ts";
import {
  type DeliveryContext,
  listDeliveries,
  redeliverFailed,
  redeliverOne,
  sendSample,
} from "../../../webhooks/delivery-log.ts";
import { endpointPolicy } from "../../../webhooks/endpoint-policy.ts";
import type { Endpoint } from "../../../webhooks/endpoint.ts";
import { endpointStore, type WithSecret } from "../../../webhooks/endpoints.ts";
import { bodyOf, EVENT_TYPES, newEventId } from "../../../webhooks/events.ts";
import { sampleData } from "../../../webhooks/samples.ts";
import { nowOf } from "../../shared/dialect.ts";
import type { NativeEnvironment, NativeContext } from "../environment.ts";
import { refuse, validate } from "../errors.ts";
import { requires } from "../guard.ts";
import { uuidOf } from "../request.ts";
import {
  deliveryQuery,
  newWebhook,
  redeliverRequest,
  sampleQuery,
  testRequest,
  webhookChanges,
} from "./contract.ts";
import { wireDelivery, wireWebhook } from "./translate.ts";

const reads = requires({ scope: "webhooks:read" });
const manages = requires({ scope: "webhooks:manage" });

export const webhooks = new Hono<NativeEnvironment>()
  .get("/", reads, async (c) => c.json((await storeOf(c).list()).map(wireWebhook)))
  .post("/", manages, validate.json(newWebhook), async (c) => {
    const created = await storeOf(c).create(c.req.valid("json"));
    if (!created.ok) return refuse(c, created.error);
    c.header("Location", `/api/webhooks/${created.value.endpoint.uuid}`);
    return c.json(wireWithSecret(created.value), 201);
  })
  .get("/sample", reads, validate.query(sampleQuery), (c) => {
    const { event } = c.req.valid("query");
    const nowMs = nowOf(c);
    const samples = (event === undefined ? EVENT_TYPES : [event]).map((type): unknown => {
      const data = sampleData(c.env, type, nowMs);
      const id = newEventId(nowMs);
      return JSON.parse(bodyOf({ id, event: type, atMs: nowMs, linkId: null, data }));
    });
    return c.json(samples);
  })
  .get("/:id", reads, async (c) => {
    const found = await endpointOf(c);
    return found.ok ? c.json(wireWebhook(found.value)) : refuse(c, found.error);
  })
  .patch("/:id", manages, validate.json(webhookChanges), async (c) => {
    const updated = await storeOf(c).update(uuidOf(c), c.req.valid("json"));
    return updated.ok ? c.json(wireWebhook(updated.value)) : refuse(c, updated.error);
  })
  .delete("/:id", manages, async (c) => {
    const id = uuidOf(c);
    const deleted = await storeOf(c).delete(id);
    return deleted.ok ? c.json({ success: true, id }) : refuse(c, deleted.error);
  })
  .post("/:id/rotate-secret", manages, async (c) => {
    const rotated = await storeOf(c).rotateSecret(uuidOf(c));
    return rotated.ok ? c.json(wireWithSecret(rotated.value)) : refuse(c, rotated.error);
  })
  .post("/:id/test", manages, validate.json(testRequest), async (c) => {
    const { event } = c.req.valid("json");
    const sent = await withEndpoint(c, (endpoint) => sendSample(contextOf(c), endpoint, event));
    if (!sent.ok) return refuse(c, sent.error);
    return c.json({ success: true, event, deliveryId: sent.value });
  })
  .get("/:id/deliveries", reads, validate.query(deliveryQuery), async (c) => {
    const { status = null, cursor = null, limit } = c.req.valid("query");
    const found = await endpointOf(c);
    if (!found.ok) return refuse(c, found.error);
    const page = { status, beforeId: cursor, limit };
    const deliveries = await listDeliveries(contextOf(c), found.value, page);
    const last = deliveries.at(-1);
    if (last !== undefined && deliveries.length === limit) {
      const next = new URL(c.req.url);
      next.searchParams.set("cursor", last.eventId);
      c.header("Link", `<${next.href}>; rel="next"`);
    }
    return c.json(deliveries.map((delivery) => wireDelivery(found.value, delivery)));
  })
  .post("/:id/redeliver", manages, validate.json(redeliverRequest), async (c) => {
    const { since: sinceMs } = c.req.valid("json");
    const again = await withEndpoint(c, (endpoint) =>
      redeliverFailed(contextOf(c), endpoint, sinceMs),
    );
    if (!again.ok) return refuse(c, again.error);
    const { count, more } = again.value;
    return c.json({ success: true, redelivered: count, more });
  })
  .post("/:id/deliveries/:deliveryId/redeliver", manages, async (c) => {
    const id = c.req.param("deliveryId");
    const again = await withEndpoint(c, (endpoint) => redeliverOne(contextOf(c), endpoint, id));
    return again.ok ? c.json({ success: true, id }) : refuse(c, again.error);
  });

function storeOf(c: NativeContext) {
  const { env } = c;
  const { workspace } = c.get("access");
  return endpointStore({ env, workspace, nowMs: nowOf(c), policy: endpointPolicy(env) });
}

function contextOf(c: NativeContext): DeliveryContext {
  return { env: c.env, workspace: c.get("access").workspace, nowMs: nowOf(c) };
}

async function endpointOf(c: NativeContext) {
  return storeOf(c).find(uuidOf(c));
}

async function withEndpoint<T, E>(
  c: NativeContext,
  act: (endpoint: Endpoint) => Promise<Result<T, E>>,
) {
  const found = await endpointOf(c);
  if (!found.ok) return found;
  const done = await act(found.value);
  return done.ok ? ok(done.value) : done;
}

function wireWithSecret({ endpoint, secret }: WithSecret) {
  return { ...wireWebhook(endpoint), secret };
}
