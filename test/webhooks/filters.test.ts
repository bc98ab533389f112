import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { callApi, jsonOf } from "../support/api.ts";
import { BROWSER } from "../support/following.ts";
import { ADA, clickOf, newGoal, report } from "../support/goals.ts";
import { newNativeClient, type NativeClient } from "../support/native.ts";
import { OPERATOR } from "../support/operator.ts";
import { arrived, newSubscriber, payloadOf, subscribe } from "./client.ts";
import { newBox } from "./receiver.ts";

const URL_OF_BOX = "https://example.com/hook";

async function follow(shortCode: string): Promise<void> {
  await callApi(`/${shortCode}`, { headers: { "User-Agent": BROWSER } });
}

async function tagIdOf({ call }: Pick<NativeClient, "call">, name: string): Promise<string> {
  const { body } = await call<{ id: string; name: string }[]>("GET", "/api/tags");
  return body.find((tag) => tag.name === name)?.id ?? "";
}

describe("the filters of a webhook", () => {
  it("let through changes of the links that are in every list", async ({ expect }) => {
    const client = await newSubscriber({ events: ["link.deleted"] });
    const { link, call, box: all } = client;
    const wanted = await link({ tags: ["spring"], utmParams: { utm_campaign: "sale" } });
    const other = await link({ tags: ["spring"] });
    const box = newBox();
    const tagIds = [await tagIdOf(client, "spring")];
    await subscribe(client, { url: box.url, tagIds, campaigns: ["sale"], domains: ["sign.test"] });
    for (const { id } of [other, wanted]) {
      await call("PATCH", `/api/links/${id}`, { title: "x" });
      await call("DELETE", `/api/links/${id}`);
    }
    await arrived(all, 2);
    const told = (await arrived(box, 2)).map(payloadOf);
    const events = told.map(({ event }) => event).sort((a, b) => (a < b ? -1 : 1));
    expect(events).toEqual(["link.deleted", "link.updated"]);
    expect(told.every(({ data }) => data["link"]?.["uuid"] === wanted.id)).toBe(true);
  });

  it("spare the Ledger clicks that nobody wants", async ({ expect }) => {
    const client = await newNativeClient();
    const [wanted, other] = [await client.link(), await client.link()];
    const box = newBox();
    const events = ["link.clicked"];
    const webhook = await subscribe(client, { url: box.url, events, linkIds: [wanted.id] });
    await follow(other.shortCode);
    await follow(wanted.shortCode);
    const [only, ...others] = (await arrived(box)).map(payloadOf);
    expect([only?.data["link"]?.["uuid"], others]).toEqual([wanted.id, []]);
    const log = await client.call<unknown[]>("GET", `/api/webhooks/${webhook.id}/deliveries`);
    expect(log.body).toHaveLength(1);
  });

  it("see a link as it is after the change", async ({ expect }) => {
    const client = await newNativeClient();
    const { id } = await client.link({ tags: ["a"] });
    await client.link({ tags: ["b"] });
    const box = newBox();
    const tagIds = [await tagIdOf(client, "b")];
    await subscribe(client, { url: box.url, events: ["link.updated"], tagIds });
    await client.call("PATCH", `/api/links/${id}`, { title: "before" });
    await client.call("PATCH", `/api/links/${id}`, { tags: ["b"] });
    const [only, ...others] = (await arrived(box)).map(payloadOf);
    expect([only?.data["link"]?.["tags"], others]).toEqual([["b"], []]);
  });

  it("let through conversions of their links only, and nothing that concerns no link", async ({
    expect,
  }) => {
    const client = await newSubscriber();
    const { account } = client;
    const goal = await newGoal(account);
    const { id } = await client.link();
    const linkId = await env.DB.prepare("SELECT id FROM links WHERE uuid = ?1")
      .bind(id)
      .first<number>("id");
    const box = newBox();
    const events = ["conversion.tracked", "subscription.updated"];
    await subscribe(client, { url: box.url, events, linkIds: [id] });
    await report(goal, { order_id: "A" });
    await clickOf(account, ADA, { linkId: linkId ?? 0 });
    const path = `/api/admin/workspaces/${account.workspace.uuid}/plan`;
    await callApi(path, jsonOf("PUT", { plan: "pro" }, OPERATOR));
    await arrived(client.box, 3);
    await report(goal, { ...ADA, order_id: "B" });
    const [only, ...others] = (await arrived(box)).map(payloadOf);
    expect([only?.data["conversion"]?.["order_id"], others]).toEqual(["B", []]);
  });

  it("name what the workspace has; what it has had may stay", async ({ expect }) => {
    const client = await newNativeClient();
    const stranger = await newNativeClient();
    const { id } = await client.link();
    const { id: foreign } = await stranger.link();
    const make = (fields: object) =>
      client.call("POST", "/api/webhooks", { url: URL_OF_BOX, events: ["*"], ...fields });
    for (const [fields, words] of [
      [{ linkIds: [foreign] }, `linkIds must not name ${foreign}`],
      [{ tagIds: [id] }, `tagIds must not name ${id}`],
      [{ domains: ["go.foreign.example"] }, "domains must not name go.foreign.example"],
      [{ linkIds: ["x"] }, "linkIds must each be the id of a link"],
      [{ campaigns: Array.from({ length: 101 }, String) }, "campaigns must have at most 100"],
      [{ linkId: [id] }, '"linkId" is no field of this request: did you mean linkIds?'],
    ] as const) {
      expect(await make(fields)).toMatchObject({
        status: 400,
        body: { message: expect.stringContaining(words) },
      });
    }
    const webhook = await subscribe(client, { url: URL_OF_BOX, linkIds: [id.toUpperCase(), id] });
    expect(webhook).toMatchObject({ linkIds: [id], tagIds: [], domains: [], campaigns: [] });
    await client.call("DELETE", `/api/links/${id}`);
    const path = `/api/webhooks/${webhook.id}`;
    const changed = await client.call("PATCH", path, { linkIds: [id], domains: ["sign.test"] });
    expect(changed.body).toMatchObject({ linkIds: [id], domains: ["sign.test"] });
    const freed = await client.call("PATCH", path, { linkIds: null, domains: [] });
    expect(freed.body).toMatchObject({ linkIds: [], domains: [] });
    expect(await client.call("PATCH", path, { filter: {} })).toMatchObject({ status: 400 });
  });

  it("make another webhook of the same URL and events", async ({ expect }) => {
    const client = await newNativeClient();
    const make = (fields: object) =>
      client.call<{ id: string }>("POST", "/api/webhooks", {
        url: URL_OF_BOX,
        events: ["*"],
        ...fields,
      });
    const first = await make({ campaigns: ["a", "b"] });
    expect(first.status).toBe(201);
    expect((await make({})).status).toBe(201);
    expect(await make({ campaigns: "b, a" })).toMatchObject({
      status: 409,
      body: { id: first.body.id },
    });
  });
});

describe("a webhook made by a form", () => {
  it("names its events and filters in texts, and its URL as REST hooks do", async ({ expect }) => {
    const client = await newNativeClient();
    const headers = await client.account.byToken();
    const body = new URLSearchParams({
      targetUrl: URL_OF_BOX,
      events: "link.clicked, link.created",
      campaigns: "spring",
      isActive: "false",
      secret: "",
    });
    const created = await callApi("/api/webhooks", { method: "POST", headers, body });
    expect(created.status).toBe(201);
    expect(await created.json()).toMatchObject({
      url: URL_OF_BOX,
      events: ["link.created", "link.clicked"],
      campaigns: ["spring"],
      isActive: false,
      secret: expect.stringMatching(/^whsec_/),
    });
    const one = { url: `${URL_OF_BOX}/2`, events: "link.clicked" };
    const another = await client.call("POST", "/api/webhooks", one);
    expect(another.body).toMatchObject({ events: ["link.clicked"] });
  });
});
