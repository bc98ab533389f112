/** Bulk creation of up to 100 links per call. */

import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import type { Fetch } from "../../../../src/platform/dns.ts";
import { fakeInternet } from "../../../platform/fake-internet.ts";
import {
  type NativeClient,
  newNativeClient,
  newCode,
  type WireLink,
} from "../../../support/native.ts";

const VALID = { destinationUrl: "https://example.com" };
const BULK = "/api/links/bulk";

interface Outcome {
  readonly created: readonly WireLink[];
  readonly failed: readonly { index: number; error: { code: string; message: string } }[];
}

async function bulk(client: NativeClient, links: unknown, headers?: HeadersInit) {
  const response = await client.call<Outcome>("POST", BULK, { links }, headers);
  return { response, outcome: response.body };
}

describe("POST /api/links/bulk", () => {
  it("creates 100 links in few round trips, and answers with each in full", async ({ expect }) => {
    const client = await newNativeClient();
    const links = Array.from({ length: 100 }, (_, at) => ({
      ...VALID,
      title: `Link ${at}`,
      rules: [{ targetUrl: `https://example.com/${at}`, country: ["UA"] }],
      tags: ["bulk"],
    }));
    const batches = vi.spyOn(env.DB, "batch");
    const { response, outcome } = await bulk(client, links);
    const batched = batches.mock.calls.length;
    batches.mockRestore();
    expect(response.status).toBe(200);
    expect(outcome.failed).toEqual([]);
    expect(outcome.created.map((link) => link["title"])).toEqual(links.map(({ title }) => title));
    expect(batched).toBeLessThanOrEqual(2);
    const [first] = outcome.created;
    expect((await client.call("GET", `/api/links/${first?.id}`)).body).toEqual(first);
  });

  it("creates the valid links, and reports the index and reason of each other one", async ({
    expect,
  }) => {
    const client = await newNativeClient();
    const taken = newCode();
    await client.link({ shortCode: taken });
    const { response, outcome } = await bulk(client, [
      { ...VALID, title: "one" },
      { title: "no destination" },
      { ...VALID, shortCode: taken },
      null,
      { ...VALID, rules: [{ targetUrl: "https://e.com", city: ["Kyiv"] }] },
      { ...VALID, expiresAt: "2020-01-01T00:00:00Z" },
      { ...VALID, domain: "nobody.example" },
      { ...VALID, title: "two" },
    ]);
    expect(response.status).toBe(200);
    expect(outcome.created.map((link) => link["title"])).toEqual(["one", "two"]);
    expect(outcome.failed.map(({ index, error }) => [index, error.code])).toEqual([
      [1, "VALIDATION_ERROR"],
      [2, "ALREADY_EXISTS"],
      [3, "VALIDATION_ERROR"],
      [4, "VALIDATION_ERROR"],
      [5, "VALIDATION_ERROR"],
      [6, "VALIDATION_ERROR"],
    ]);
    expect(outcome.failed[0]?.error.message).toContain("destinationUrl");
    expect(outcome.failed[3]?.error.message).toBe("rules[0].city requires country");
  });

  const refused: readonly (readonly [unknown, string])[] = [
    [{}, "links must be a list"],
    [{ links: [] }, "links must be a list of 1 to 100"],
    [{ links: "x" }, "links must be a list"],
    [{ links: Array.from({ length: 101 }, () => VALID) }, "links must be a list of 1 to 100"],
    [[VALID], "JSON object"],
  ];
  for (const [body, message] of refused) {
    it(`refuses ${JSON.stringify(body).slice(0, 40)}`, async ({ expect }) => {
      const response = await (await newNativeClient()).call("POST", BULK, body);
      expect(response.status).toBe(400);
      expect(response.text).toContain(message);
    });
  }

  it("refuses the whole call where the plan has no room for all", async ({ expect }) => {
    const client = await newNativeClient();
    await env.DB.prepare("update workspaces set plan = 'free' where id = ?")
      .bind(client.account.workspace.id)
      .run();
    const { response, outcome } = await bulk(client, [VALID, VALID]);
    expect(response.status).toBe(403);
    expect(outcome).toMatchObject({ code: "PLAN_LIMIT", quota: "bulk", limit: 1, used: 2 });
  });

  it("fetches each logo once, also for a repeated key, and none that the plan refuses", async ({
    expect,
  }) => {
    const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);
    const { policy, sent } = fakeInternet({ answer: () => new Response(png) });
    const fetch: Fetch = async (url, init) =>
      policy.fetch?.(url.replace(env.DOH_URL, policy.dohUrl), init) ?? new Response();
    const client = await newNativeClient({ fetch });
    const logo = "https://example.com/logo.png";
    const link = { ...VALID, qrSettings: { useLogo: true, logo } };
    const key = { "Idempotency-Key": crypto.randomUUID() };
    for (const [path, body] of [
      [BULK, { links: [link, link] }],
      ["/api/links", link],
    ] as const) {
      sent.length = 0;
      const first = await client.call("POST", path, body, key);
      const again = await client.call("POST", path, body, key);
      expect(first.status).toBeLessThan(300);
      expect(again.headers.get("Idempotent-Replayed")).toBe("true");
      expect(again.body).toEqual(first.body);
      expect(sent.map(({ url }) => url)).toEqual([logo]);
    }
    sent.length = 0;
    await env.DB.prepare("update workspaces set plan = 'free' where id = ?")
      .bind(client.account.workspace.id)
      .run();
    expect((await client.call("POST", BULK, { links: [link, link] })).status).toBe(403);
    expect(sent).toEqual([]);
  });

  it("repeats links that have become too large for one answer without what makes them so", async ({
    expect,
  }) => {
    const client = await newNativeClient();
    const key = { "Idempotency-Key": crypto.randomUUID() };
    const body = { links: Array.from({ length: 100 }, () => VALID) };
    const first = await client.call("POST", BULK, body, key);
    const rule = { id: "r", name: "n".repeat(250_000), targetUrl: VALID.destinationUrl };
    await env.DB.prepare("update links set rules = ?, bytes = 251000 where workspace_id = ?")
      .bind(JSON.stringify([{ ...rule, countries: ["DE"] }]), client.account.workspace.id)
      .run();
    const again = await client.call("POST", BULK, body, key);
    const idsOf = ({ body: { created } }: typeof first) =>
      (created as WireLink[]).map(({ id }) => id);
    expect(idsOf(again)).toEqual(idsOf(first));
    expect(again.text.length).toBeLessThan(200_000);
    expect((again.body["created"] as WireLink[])[0]).not.toHaveProperty("rules");
  });

  it("repeats the response for a repeated key, and creates nothing", async ({ expect }) => {
    const client = await newNativeClient();
    const taken = newCode();
    await client.link({ shortCode: taken });
    const links = [
      { ...VALID, shortCode: taken },
      { ...VALID, title: "one" },
      {},
      { ...VALID, title: "two" },
    ];
    const key = { "Idempotency-Key": crypto.randomUUID() };
    const first = await bulk(client, links, key);
    const again = await bulk(client, links, key);
    expect(again.response.headers.get("Idempotent-Replayed")).toBe("true");
    expect(again.outcome.created).toEqual(first.outcome.created);
    expect(again.outcome.failed.map(({ index }) => index)).toEqual([0, 2]);
    expect(again.outcome.failed[1]).toEqual(first.outcome.failed[1]);
    expect((await client.call("GET", "/api/links")).body).toHaveLength(3);
  });

  it("leaves the key unused if no link was created", async ({ expect }) => {
    const client = await newNativeClient();
    const key = { "Idempotency-Key": crypto.randomUUID() };
    const first = await bulk(client, [{}], key);
    expect(first.outcome).toMatchObject({ created: [], failed: [{ index: 0 }] });
    expect((await bulk(client, [{}], key)).response.status).toBe(200);
  });
});
