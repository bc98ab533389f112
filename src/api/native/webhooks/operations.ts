/** Webhook endpoints and their deliveries. Responses always carry JSON, so that REST hooks work. */

import { configOf } from "../../../config.ts";
import { ok, type Result } from "../../../platform/result.ts";
import {
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
import type { NativeContext } from "../environment.ts";
import { refuse } from "../errors.ts";
import { operation } from "../operation.ts";
import { uuidOf, workspaceContextOf } from "../request.ts";
import {
  deliveryQuery,
  newWebhook,
  newWebhookForm,
  redeliverRequest,
  sampleQuery,
  testRequest,
  webhookChanges,
} from "./contract.ts";
import { toEndpoint, wireDelivery, wireWebhook } from "./translate.ts";

export const webhookOperations = {
  listWebhooks: operation({
    method: "GET",
    path: "/webhooks",
    requires: { scope: "webhooks:read" },
    answer: async (c) =>
      c.json((await storeOf(c).list()).map((endpoint) => wireWebhook(endpoint, configOf(c.env)))),
  }),
  createWebhook: operation({
    method: "POST",
    path: "/webhooks",
    requires: { scope: "webhooks:manage" },
    body: { schema: newWebhook, form: newWebhookForm },
    async answer(c, { body }) {
      const created = await storeOf(c).create(toEndpoint(body, configOf(c.env)));
      if (!created.ok) return refuse(c, created.error);
      c.header("Location", `/api/webhooks/${created.value.endpoint.uuid}`);
      return c.json(wireWithSecret(c, created.value), 201);
    },
  }),
  getWebhookSamples: operation({
    method: "GET",
    path: "/webhooks/sample",
    requires: { scope: "webhooks:read" },
    query: sampleQuery,
    answer(c, { query }) {
      const { event } = query;
      const nowMs = nowOf(c);
      const samples = (event === undefined ? EVENT_TYPES : [event]).map((type): unknown => {
        const data = sampleData(c.env, type, nowMs);
        const id = newEventId(nowMs);
        return JSON.parse(bodyOf({ id, event: type, atMs: nowMs, linkId: null, data }));
      });
      return c.json(samples);
    },
  }),
  getWebhook: operation({
    method: "GET",
    path: "/webhooks/:id",
    requires: { scope: "webhooks:read" },
    async answer(c) {
      const found = await endpointOf(c);
      return found.ok ? c.json(wireWebhook(found.value, configOf(c.env))) : refuse(c, found.error);
    },
  }),
  updateWebhook: operation({
    method: "PATCH",
    path: "/webhooks/:id",
    requires: { scope: "webhooks:manage" },
    body: { schema: webhookChanges },
    async answer(c, { body }) {
      const updated = await storeOf(c).update(uuidOf(c), toEndpoint(body, configOf(c.env)));
      return updated.ok
        ? c.json(wireWebhook(updated.value, configOf(c.env)))
        : refuse(c, updated.error);
    },
  }),
  deleteWebhook: operation({
    method: "DELETE",
    path: "/webhooks/:id",
    requires: { scope: "webhooks:manage" },
    async answer(c) {
      const id = uuidOf(c);
      const deleted = await storeOf(c).delete(id);
      // Tools unsubscribe again, and take a 404 for a failure. An id that is none is a mistake.
      return deleted.ok || id !== "" ? c.json({ success: true, id }) : refuse(c, deleted.error);
    },
  }),
  rotateWebhookSecret: operation({
    method: "POST",
    path: "/webhooks/:id/rotate-secret",
    requires: { scope: "webhooks:manage" },
    async answer(c) {
      const rotated = await storeOf(c).rotateSecret(uuidOf(c));
      return rotated.ok ? c.json(wireWithSecret(c, rotated.value)) : refuse(c, rotated.error);
    },
  }),
  testWebhook: operation({
    method: "POST",
    path: "/webhooks/:id/test",
    requires: { scope: "webhooks:manage" },
    body: { schema: testRequest },
    async answer(c, { body }) {
      const { event } = body;
      const sent = await withEndpoint(c, (endpoint) =>
        sendSample(workspaceContextOf(c), endpoint, event),
      );
      if (!sent.ok) return refuse(c, sent.error);
      return c.json({ success: true, event, deliveryId: sent.value });
    },
  }),
  listDeliveries: operation({
    method: "GET",
    path: "/webhooks/:id/deliveries",
    requires: { scope: "webhooks:read" },
    query: deliveryQuery,
    async answer(c, { query }) {
      const { status = null, cursor = null, limit } = query;
      const found = await endpointOf(c);
      if (!found.ok) return refuse(c, found.error);
      const page = { status, beforeId: cursor, limit };
      const deliveries = await listDeliveries(workspaceContextOf(c), found.value, page);
      const last = deliveries.at(-1);
      if (last !== undefined && deliveries.length === limit) {
        const next = new URL(c.req.url);
        next.searchParams.set("cursor", last.eventId);
        c.header("Link", `<${next.href}>; rel="next"`);
      }
      return c.json(deliveries.map((delivery) => wireDelivery(found.value, delivery)));
    },
  }),
  redeliverFailed: operation({
    method: "POST",
    path: "/webhooks/:id/redeliver",
    requires: { scope: "webhooks:manage" },
    body: { schema: redeliverRequest },
    async answer(c, { body }) {
      const { since: sinceMs } = body;
      const again = await withEndpoint(c, (endpoint) =>
        redeliverFailed(workspaceContextOf(c), endpoint, sinceMs),
      );
      if (!again.ok) return refuse(c, again.error);
      const { count, more } = again.value;
      return c.json({ success: true, redelivered: count, more });
    },
  }),
  redeliver: operation({
    method: "POST",
    path: "/webhooks/:id/deliveries/:deliveryId/redeliver",
    requires: { scope: "webhooks:manage" },
    async answer(c) {
      const id = c.req.param("deliveryId");
      const again = await withEndpoint(c, (endpoint) =>
        redeliverOne(workspaceContextOf(c), endpoint, id),
      );
      return again.ok ? c.json({ success: true, id }) : refuse(c, again.error);
    },
  }),
};

function storeOf(c: NativeContext) {
  const { env } = c;
  const { workspace } = c.get("access");
  return endpointStore({ env, workspace, nowMs: nowOf(c), policy: endpointPolicy(env) });
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

function wireWithSecret(c: NativeContext, { endpoint, secret }: WithSecret) {
  return { ...wireWebhook(endpoint, configOf(c.env)), secret };
}
