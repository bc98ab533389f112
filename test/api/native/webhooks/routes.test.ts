import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import { PLANS } from "../../../../src/access/plans.ts";
import { endpointStore } from "../../../../src/webhooks/endpoints.ts";
import { outboundPolicy } from "../../../../src/webhooks/outbound.ts";
import { fakeInternet } from "../../../platform/fake-internet.ts";
import { newAccount } from "../../../support/account.ts";
import { callApi, jsonOf } from "../../../support/api.ts";
import { BROWSER } from "../../../support/following.ts";
import { newNativeClient } from "../../../support/native.ts";
import { OPERATOR } from "../../../support/operator.ts";
import { arrived, newSubscriber, payloadOf, subscribe } from "../../../webhooks/client.ts";

const URL_OF_BOX = "https://example.com/hook";

describe("/api/webhooks", () => {
  it("makes, shows, changes and deletes a webhook, always with JSON", async ({ expect }) => {
    const { call } = await newNativeClient();
    const created = await call<Record<string, unknown>>("POST", "/api/webhooks", {
      url: URL_OF_BOX,
      events: ["link.created", "link.clicked", "link.created"],
    });
    expect(created.status).toBe(201);
    const { secret, ...webhook } = created.body;
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(webhook).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      url: URL_OF_BOX,
      events: ["link.created", "link.clicked"],
      linkIds: [],
      tagIds: [],
      domains: [],
      campaigns: [],
      thresholds: [],
      isActive: true,
      retryPolicy: "default",
      disabledReason: null,
      failingSince: null,
      previousSecretUntil: null,
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: expect.stringMatching(/Z$/),
    });
    const path = `/api/webhooks/${String(webhook["id"])}`;
    expect(created.headers.get("Location")).toBe(path);
    expect((await call("GET", path)).body).toEqual(webhook);
    expect((await call("GET", "/api/webhooks")).body).toEqual([webhook]);

    const changes = { events: ["*"], retryPolicy: "extended", isActive: false };
    const changed = await call("PATCH", path, changes);
    expect(changed.body).toMatchObject({ ...changes, url: URL_OF_BOX });

    const deleted = await call("DELETE", path);
    expect(deleted.status).toBe(200);
    expect(deleted.body).toEqual({ success: true, id: webhook["id"] });
    expect((await call("GET", path)).status).toBe(404);
    expect(await call("DELETE", path)).toMatchObject({ status: 200, body: deleted.body });
    expect((await call("DELETE", "/api/webhooks/none")).status).toBe(404);
  });

  it("shows a given secret once, and keeps it sealed", async ({ expect }) => {
    const { call } = await newNativeClient();
    const secret = "a secret of one's own, ünïcode too";
    const created = await call<{ id: string }>("POST", "/api/webhooks", {
      url: URL_OF_BOX,
      events: ["*"],
      secret,
    });
    const { id } = created.body;
    for (const path of ["/api/webhooks", `/api/webhooks/${id}`]) {
      expect((await call("GET", path)).text).not.toContain("secret of one");
    }
    const row = await env.DB.prepare("SELECT * FROM webhooks WHERE uuid = ?1").bind(id).first();
    expect(JSON.stringify(row)).not.toContain("secret of one");
    expect(row?.["secret"]).toMatch(/^\w+:[\w+/=]+:[\w+/=]+$/);
  });

  it.for([
    [{ events: ["*"] }, "url is required"],
    [{ url: "", events: ["*"] }, "url must not be empty"],
    [{ url: URL_OF_BOX }, "events is required"],
    [{ url: URL_OF_BOX, events: [] }, "events must name at least one"],
    [{ url: URL_OF_BOX, events: ["link.exploded"] }, "events must each be one of link.created"],
    [{ url: URL_OF_BOX, events: ["*"], retryPolicy: "never" }, "retryPolicy must be default or"],
    [{ url: URL_OF_BOX, events: ["*"], secret: "" }, "secret must not be empty"],
    [{ url: URL_OF_BOX, events: ["*"], secret: "whsec_c2hvcnQ=" }, "24 to 64 bytes"],
    [{ url: URL_OF_BOX, events: ["*"], isActive: "yes" }, "isActive must be true or false"],
    [{ url: "not a url", events: ["*"] }, "url must be a valid URL"],
    [{ url: "ftp://example.com/", events: ["*"] }, "url must begin with https://"],
    [{ url: "https://me:secret@example.com/", events: ["*"] }, "user name or password"],
  ] as const)("refuses %j", async ([body, words], { expect }) => {
    const { call } = await newNativeClient();
    const response = await call("POST", "/api/webhooks", body);
    expect(response.status).toBe(400);
    expect(response.body).toEqual({
      code: "VALIDATION_ERROR",
      message: expect.stringContaining(words),
    });
    expect((await call("GET", "/api/webhooks")).body).toEqual([]);
  });

  it("enforces the plan's limit", async ({ expect }) => {
    const { call, account } = await newNativeClient();
    const path = `/api/admin/workspaces/${account.workspace.uuid}/plan`;
    await callApi(path, jsonOf("PUT", { plan: "free" }, OPERATOR));
    for (let count = 0; count < 5; count += 1) {
      await subscribe({ call }, { url: `${URL_OF_BOX}/${count}` });
    }
    const sixth = await call("POST", "/api/webhooks", { url: URL_OF_BOX, events: ["*"] });
    expect(sixth.status).toBe(403);
    expect(sixth.body).toMatchObject({
      code: "PLAN_LIMIT",
      quota: "webhooks",
      limit: 5,
      used: 5,
      plan: "free",
    });
  });

  it("allows 5, 25 and 50 webhooks by plan", ({ expect }) => {
    const limits = Object.values(PLANS).map(({ webhooksMax }) => webhooksMax);
    expect(limits).toEqual([5, 25, 50]);
  });

  it("refuses a second webhook with the same URL and events, and names the first", async ({
    expect,
  }) => {
    const { call } = await newNativeClient();
    const url = URL_OF_BOX;
    const first = await subscribe({ call }, { url, events: ["link.created", "link.clicked"] });
    const all = await subscribe({ call }, { url, events: ["link.created", "*"] });
    expect(all["events"]).toEqual(["*"]);
    const same = ["link.clicked", "link.created", "link.clicked"];
    const refused = {
      status: 409,
      body: { code: "WEBHOOK_EXISTS", id: first.id, message: expect.stringContaining("already") },
    };
    expect(await call("POST", "/api/webhooks", { url, events: same })).toMatchObject(refused);
    const patch = (id: string, changes: object) => call("PATCH", `/api/webhooks/${id}`, changes);
    expect(await patch(all.id, { events: same })).toMatchObject(refused);
    expect(await patch(first.id, { events: same })).toMatchObject({ status: 200 });
    expect(await patch(first.id, { isActive: false })).toMatchObject({ status: 200 });
    const copies = await Promise.all(
      Array.from({ length: 4 }, () =>
        call("POST", "/api/webhooks", { url: `${url}?x`, events: ["*"] }),
      ),
    );
    expect(copies.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, 409, 409, 409]);
    const stranger = await newNativeClient();
    expect((await stranger.call("POST", "/api/webhooks", { url, events: same })).status).toBe(201);
  });

  it("gives samples of each event, for builders of forms", async ({ expect }) => {
    const { call } = await newNativeClient();
    const all = await call<{ event: string }[]>("GET", "/api/webhooks/sample");
    const samples = all.body;
    expect(samples.map(({ event }) => event)).toEqual([
      "link.created",
      "link.updated",
      "link.deleted",
      "link.clicked",
      "link.threshold",
      "conversion.tracked",
      "conversion.refunded",
      "subscription.updated",
    ]);
    const one = await call("GET", "/api/webhooks/sample?event=link.clicked");
    expect(one.body).toMatchObject([
      {
        event: "link.clicked",
        version: "1.0",
        data: {
          link: {
            id: 123,
            short_code: "abc123",
            title: "My Link",
            uuid: expect.any(String),
            short_url: "https://sign.test/abc123",
            destination_url: "https://example.com/",
          },
          click: { id: 789, country_code: "CH", destination_url: "https://example.com/" },
          variant: null,
        },
      },
    ]);
    expect((await call("GET", "/api/webhooks/sample?event=*")).status).toBe(400);
  });

  it("sends a sample on request, and says under which name", async ({ expect }) => {
    const { call, webhook, box, deliveries } = await newSubscriber({ events: ["link.created"] });
    const path = `/api/webhooks/${webhook.id}/test`;
    const sent = await call<{ deliveryId: string }>("POST", path, {
      event: "subscription.updated",
    });
    expect(sent.status).toBe(200);
    const { deliveryId } = sent.body;
    const [post] = await arrived(box);
    expect(post?.headers["x-pvtlnk-delivery"]).toBe(deliveryId);
    expect(payloadOf(post ?? { atMs: 0, headers: {}, body: "{}" })).toMatchObject({
      event: "subscription.updated",
      data: { subscription: { plan: "pro" } },
    });
    await vi.waitFor(async () =>
      expect(await deliveries()).toMatchObject([{ id: deliveryId, status: "delivered" }]),
    );
    await call("PATCH", `/api/webhooks/${webhook.id}`, { isActive: false });
    expect((await call("POST", path, {})).status).toBe(409);
  });

  it("reports a changed plan, but not an unchanged one", async ({ expect }) => {
    const { account, box } = await newSubscriber();
    const path = `/api/admin/workspaces/${account.workspace.uuid}/plan`;
    for (const plan of ["pro", "pro", "free"]) {
      expect((await callApi(path, jsonOf("PUT", { plan }, OPERATOR))).status).toBe(200);
    }
    const told = (await arrived(box, 2)).map((post) => payloadOf(post).data["subscription"]);
    expect(told).toHaveLength(2);
    expect(told).toContainEqual({ plan: "pro", previous_plan: "enterprise" });
    expect(told).toContainEqual({ plan: "free", previous_plan: "pro" });
  });
});

describe("deliveries", () => {
  it("deliveries are listed page by page, newest first, by status", async ({ expect }) => {
    const { call, webhook, box, deliveries } = await newSubscriber();
    for (let count = 0; count < 3; count += 1) {
      await call("POST", `/api/webhooks/${webhook.id}/test`, {});
      await arrived(box, count + 1);
    }
    const all = await vi.waitFor(async () => {
      const delivered = await deliveries("?status=delivered");
      expect(delivered).toHaveLength(3);
      return delivered;
    });
    const path = `/api/webhooks/${webhook.id}/deliveries?limit=2`;
    const first = await call("GET", path);
    expect(first.body).toEqual(all.slice(0, 2));
    const next = /^<(.+)>; rel="next"$/.exec(first.headers.get("Link") ?? "")?.[1] ?? "";
    const second = await call("GET", next);
    expect(second.body).toEqual(all.slice(2));
    expect(second.headers.get("Link")).toBeNull();
    expect(await deliveries("?status=failed")).toEqual([]);
    expect(await deliveries("?status=pending")).toEqual([]);
    expect((await call("GET", `${path}&status=lost`)).status).toBe(400);
    expect((await call("GET", `${path}&cursor=%2e%2e`)).status).toBe(400);
  });

  it("deliveries are sent again one by one, under the same ids", async ({ expect }) => {
    const { call, webhook, box, deliveries } = await newSubscriber();
    await call("POST", `/api/webhooks/${webhook.id}/test`, {});
    const [first] = await arrived(box);
    await vi.waitFor(async () => expect(await deliveries("?status=delivered")).toHaveLength(1));
    const [delivery] = await deliveries();
    const path = `/api/webhooks/${webhook.id}/deliveries/${delivery?.id}/redeliver`;
    expect((await call("POST", path)).status).toBe(200);
    const [, second] = await arrived(box, 2);
    expect(second?.body).toBe(first?.body);
    for (const header of ["webhook-id", "x-pvtlnk-delivery", "x-pvtlnk-signature"]) {
      expect(second?.headers[header]).toBe(first?.headers[header]);
    }
    await vi.waitFor(async () =>
      expect(await deliveries()).toMatchObject([{ attempts: [{ status: 200 }, { status: 200 }] }]),
    );
    for (const id of ["x", crypto.randomUUID(), `${delivery?.id}0`]) {
      const unknown = await call("POST", `/api/webhooks/${webhook.id}/deliveries/${id}/redeliver`);
      expect(unknown.status).toBe(404);
    }
  });

  it("that failed since a time are all sent again", async ({ expect }) => {
    const since = new Date().toISOString();
    const { call, webhook, box, deliveries } = await newSubscriber({}, 410, 410, 200);
    await call("POST", `/api/webhooks/${webhook.id}/test`, {});
    await vi.waitFor(async () => expect(await deliveries("?status=failed")).toHaveLength(1));
    const path = `/api/webhooks/${webhook.id}/redeliver`;
    expect((await call("POST", path, { since })).status).toBe(409);
    for (let round = 0; round < 2; round += 1) {
      await call("PATCH", `/api/webhooks/${webhook.id}`, { isActive: true });
      const again = await call("POST", path, { since });
      expect(again.body).toEqual({ success: true, redelivered: 1, more: false });
      await arrived(box, round + 2);
      if (round === 0) {
        await vi.waitFor(async () => expect(await deliveries("?status=failed")).toHaveLength(1));
      }
    }
    await vi.waitFor(async () => expect(await deliveries("?status=delivered")).toHaveLength(1));
    const none = await call("POST", path, { since });
    expect(none.body).toEqual({ success: true, redelivered: 0, more: false });
    expect((await call("POST", path, {})).status).toBe(400);
  });

  it("of a purged link's clicks are forgotten", async ({ expect }) => {
    const { call, link, box, deliveries } = await newSubscriber();
    const { id, shortCode } = await link();
    await callApi(`/${shortCode}`, { headers: { "User-Agent": BROWSER } });
    await arrived(box, 2);
    await call("DELETE", `/api/links/${id}`);
    await arrived(box, 3);
    await vi.waitFor(async () => {
      const events = (await deliveries()).map(({ event }) => event);
      expect(events).toEqual(["link.deleted", "link.created"]);
    });
  });
});

describe("the target of a webhook", () => {
  const refused: readonly [url: string, reason: string][] = [
    ["http://example.com/", "scheme"],
    ["https://example.com:8443/", "port"],
    ["https://sign.test/x", "own_host"],
    ["https://sign.test./x", "own_host"],
    ["https://localhost/", "private_name"],
    ["https://printer.local/", "private_name"],
    ["https://127.0.0.1/", "private_address"],
    ["https://2130706433/", "private_address"],
    ["https://0x7f.1/", "private_address"],
    ["https://[::ffff:10.0.0.1]/", "private_address"],
    ["https://rebound.example.com/", "private_address"],
    ["https://nowhere.invalid/", "name_not_found"],
  ];

  it.for(refused)("%s is refused when it is written: %s", async ([url, problem], { expect }) => {
    const { policy } = fakeInternet({
      records: { "rebound.example.com A": ["93.184.215.14", "192.168.1.1"] },
    });
    const { workspace } = await newAccount();
    const store = endpointStore({ env, workspace, nowMs: Date.now(), policy });
    const refusal = { ok: false, error: { reason: "webhook_url_refused", problem } };
    expect(await store.create({ url, events: ["*"] })).toEqual(refusal);
    const made = await store.create({ url: "https://hook.example.com/", events: ["*"] });
    if (!made.ok) throw new Error(made.error.reason);
    expect(await store.update(made.value.endpoint.uuid, { url })).toEqual(refusal);
    expect(await store.list()).toEqual([made.value.endpoint]);
  });

  it.for([
    "https://sign.test/api/conversions/track/x",
    "https://SIGN.TEST./x",
    "https://shop.own-hook.example/x",
  ])("%s is ours, in development too", async (url, { expect }) => {
    const { call, account } = await newNativeClient();
    await env.DB.prepare(
      `INSERT INTO domains (uuid, workspace_id, claimed_by, hostname, challenge, verified_at_ms, checked_at_ms, created_at_ms)
       VALUES (?1, ?2, 'somebody', 'shop.own-hook.example', 'c', 1, 9e15, 1) ON CONFLICT DO NOTHING`,
    )
      .bind(crypto.randomUUID(), account.workspace.id)
      .run();
    expect(outboundPolicy(env).allowPrivate).toBe(true);
    const refused = await call("POST", "/api/webhooks", { url, events: ["*"] });
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining("this service")]);
  });

  it("another service of the same machine is not ours", ({ expect }) => {
    const local = { ...env, PUBLIC_URL: "http://localhost:8787", ALLOW_PRIVATE_WEBHOOKS: "true" };
    const { isOwnHost } = outboundPolicy(local);
    const hosts = ["localhost", "127.0.0.1", "[::1]", "app.localhost", "example.com"];
    expect(hosts.map((host) => isOwnHost(host, "8787"))).toEqual([true, true, true, true, false]);
    expect(hosts.map((host) => isOwnHost(host, "3000"))).toEqual(hosts.map(() => false));
    const named = { ...local, WORKERS_DEV_HOST: "signpost.me.workers.dev" };
    expect(outboundPolicy(named).isOwnHost("signpost.me.workers.dev", "")).toBe(true);
  });

  it("a webhook's target may be private only where the installation says so", ({ expect }) => {
    const settings = { ...env, ALLOW_PRIVATE_WEBHOOKS: "false" };
    expect(outboundPolicy(settings).allowPrivate).toBe(false);
    expect(outboundPolicy({ ...env, ALLOW_PRIVATE_WEBHOOKS: "true" }).allowPrivate).toBe(true);
    expect(outboundPolicy({ ...env, ALLOW_PRIVATE_WEBHOOKS: "TRUE" }).allowPrivate).toBe(false);
  });
});
