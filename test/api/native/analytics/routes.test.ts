import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { reportQuery } from "../../../../src/api/native/analytics/contract.ts";
import { reportRange } from "../../../../src/api/native/analytics/range.ts";
import type { ClickBatch } from "../../../../src/ledger/contract.ts";
import { ledgerFor } from "../../../../src/ledger/stub.ts";
import { batch, click, DAY, dateAt, hashOf, NOON } from "../../../ledger/sample-clicks.ts";
import { join, newAccount } from "../../../support/account.ts";
import { newNativeClient, newCode, type NativeClient } from "../../../support/native.ts";

/** Returns the number by which the Ledger knows a link. */
async function numberOf(linkId: string): Promise<number> {
  const row = await env.DB.prepare("SELECT id FROM links WHERE uuid = ?")
    .bind(linkId)
    .first<{ id: number }>();
  return row?.id ?? 0;
}

async function ingest(client: NativeClient, ...batches: ClickBatch[]): Promise<void> {
  await ledgerFor(env, client.account.workspace.ledger).ingest(batches);
}

async function analyticsOf(client: NativeClient, linkId: string, query = "") {
  const response = await client.call<Record<string, unknown>>(
    "GET",
    `/api/analytics/link/${linkId}${query}`,
  );
  return { status: response.status, body: response.body };
}

describe("GET /api/analytics/overview", () => {
  it("answers for an account without links", async ({ expect }) => {
    const client = await newNativeClient();
    const response = await client.call("GET", "/api/analytics/overview");
    expect(response.status).toBe(200);
    expect(response.body).toEqual({
      totalLinks: 0,
      totalClicks: 0,
      activeLinks: 0,
      topLink: null,
    });
  });

  it("counts links, those that are active, clicks, and names the top link", async ({ expect }) => {
    const client = await newNativeClient();
    const shortCode = newCode();
    const top = await client.link({ shortCode });
    const other = await client.link();
    const off = await client.link();
    await client.call("PATCH", `/api/links/${off.id}`, { isActive: false });
    const [first, second] = [await numberOf(top.id), await numberOf(other.id)];
    await ingest(
      client,
      batch([click({ linkId: first }), click({ linkId: second }), click({ linkId: first })]),
      batch([click({ linkId: second, class: "bot" }), click({ linkId: second, class: "head" })]),
    );
    const response = await client.call("GET", "/api/analytics/overview");
    expect(response.body).toEqual({
      totalLinks: 3,
      totalClicks: 3,
      activeLinks: 2,
      topLink: { shortCode, clicks: 2 },
    });
  });

  it("names the next link when the top one is deleted", async ({ expect }) => {
    const client = await newNativeClient();
    const [top, next] = [await client.link(), await client.link()];
    const clicks = [await numberOf(top.id), await numberOf(top.id), await numberOf(next.id)];
    await ingest(client, batch(clicks.map((linkId) => click({ linkId }))));
    await client.call("DELETE", `/api/links/${top.id}`);
    const response = await client.call("GET", "/api/analytics/overview");
    expect(response.body).toMatchObject({
      totalLinks: 1,
      topLink: { shortCode: next.shortCode, clicks: 1 },
    });
  });

  it("names the next link while the Ledger has not heard that the top one is gone", async ({
    expect,
  }) => {
    const client = await newNativeClient();
    const [top, next] = [await client.link(), await client.link()];
    const [gone, still] = [await numberOf(top.id), await numberOf(next.id)];
    await ingest(client, batch([gone, gone, still].map((linkId) => click({ linkId }))));
    const overview = async () => (await client.call("GET", "/api/analytics/overview")).body;
    for (const [deleted, topLink] of [
      [gone, { shortCode: next.shortCode, clicks: 1 }],
      [still, null],
    ]) {
      await env.DB.prepare("delete from links where id = ?").bind(deleted).run();
      expect(await overview()).toMatchObject({ totalClicks: 3, topLink });
    }
  });

  it("is closed to members of another workspace", async ({ expect }) => {
    const owner = await newAccount();
    const client = await newNativeClient();
    await join(client.account.userId, owner.workspace, "member");
    const headers = { "Signpost-Workspace": owner.workspace.uuid };
    const response = await client.call("GET", "/api/analytics/overview", undefined, headers);
    expect(response.status).toBe(403);
  });
});

describe("GET /api/analytics/link/:linkId", () => {
  it("reports a range with every day present and totals of the range", async ({ expect }) => {
    const client = await newNativeClient();
    const { id } = await client.link();
    const linkId = await numberOf(id);
    await ingest(
      client,
      batch([
        click({ linkId, atMs: NOON - 9 * DAY }),
        click({ linkId, atMs: NOON - DAY, country: null, referrer: null }),
        click({ linkId }),
        click({ linkId, addressHash: hashOf(1), scan: true }),
        click({ linkId, class: "bot" }),
      ]),
    );
    const from = dateAt(NOON - 2 * DAY);
    const to = dateAt(NOON);
    const { status, body } = await analyticsOf(client, id, `?from=${from}&to=${to}`);
    expect(status).toBe(200);
    expect(body).toEqual({
      linkId: id,
      totalClicks: 3,
      clicksByDay: [
        { date: from, clicks: 0 },
        { date: dateAt(NOON - DAY), clicks: 1 },
        { date: to, clicks: 2 },
      ],
      topReferrers: [
        { referrer: "example.com", clicks: 2 },
        { referrer: "(direct)", clicks: 1 },
      ],
      topCountries: [
        { country: "UA", clicks: 2 },
        { country: "(unknown)", clicks: 1 },
      ],
      uniqueVisitors: 2,
      topCities: [
        { city: "Kyiv", country: "UA", clicks: 2 },
        { city: "Kyiv", country: null, clicks: 1 },
      ],
      devices: [{ device: "mobile", clicks: 3 }],
      browsers: [{ browser: "Chrome", clicks: 3 }],
      os: [{ os: "Android", clicks: 3 }],
      hours: Array.from({ length: 24 }, (_, hour) => (hour === 12 ? 3 : 0)),
      scans: 1,
      from,
      to,
      timezone: "UTC",
    });
  });

  it("includes clicks of bots on request", async ({ expect }) => {
    const client = await newNativeClient();
    const { id } = await client.link();
    const linkId = await numberOf(id);
    await ingest(
      client,
      batch([click({ linkId }), click({ linkId, class: "bot" }), click({ linkId, class: "head" })]),
    );
    const { body } = await analyticsOf(client, id, "?range=7d&includeBots=true");
    expect(body).toMatchObject({
      totalClicks: 3,
      uniqueVisitors: 1,
      classes: { human: 1, bot: 1, head: 1 },
      devices: [{ device: "mobile", clicks: 1 }],
    });
    expect(body["clicksByDay"]).toHaveLength(7);
    const { body: plain } = await analyticsOf(client, id);
    expect(plain["totalClicks"]).toBe(1);
    expect(plain).not.toHaveProperty("classes");
  });

  it("counts referrers by family, and by host on request", async ({ expect }) => {
    const client = await newNativeClient();
    const { id } = await client.link();
    const linkId = await numberOf(id);
    const hosts = ["l.facebook.com", "m.facebook.com", "com.facebook.katana", "news.example"];
    await ingest(client, batch(hosts.map((referrer) => click({ linkId, referrer }))));
    const { body } = await analyticsOf(client, id, "?referrers=families");
    expect(body["topReferrers"]).toEqual([
      { referrer: "facebook.com", clicks: 3 },
      { referrer: "news.example", clicks: 1 },
    ]);
    expect((await analyticsOf(client, id, "?referrers=")).body).toEqual(body);
    const { body: byHost } = await analyticsOf(client, id, "?referrers=hosts");
    expect(byHost).toEqual({
      ...body,
      topReferrers: hosts.toSorted().map((referrer) => ({ referrer, clicks: 1 })),
    });
    expect((await analyticsOf(client, id, "?referrers=apps")).status).toBe(400);
  });

  it("covers 30 days by default, up to today", async ({ expect }) => {
    const client = await newNativeClient();
    const { id } = await client.link();
    const { body } = await analyticsOf(client, id);
    expect(body).toMatchObject({ totalClicks: 0, topReferrers: [], topCountries: [] });
    expect(body["clicksByDay"]).toHaveLength(30);
  });

  it.for([
    ["range=1y", "range must be one of 7d, 30d, 90d, 12m"],
    ["from=yesterday", "from must be an ISO 8601 date"],
    ["to=2026-02-30", "to must be an ISO 8601 date"],
    ["from=2026-03-02&to=2026-03-01", "from must not be later than to"],
    ["from=2010-01-01&to=2026-03-01", "from must be less than 3660 days before to"],
    ["to=9999-12-31T23:59:59-10:00", "to must be an ISO 8601 date"],
    ["from=1969-12-31", "from must not lie before 1970"],
    ["tz=Mars/Olympus", "tz must be an IANA time zone"],
    ["includeBots=maybe", "includeBots must be true or false"],
  ] as const)("refuses ?%s", async ([query, message], { expect }) => {
    const client = await newNativeClient();
    const { id } = await client.link();
    const { status, body } = await analyticsOf(client, id, `?${query}`);
    expect(status).toBe(400);
    expect(body).toEqual({
      code: "VALIDATION_ERROR",
      message: expect.stringContaining(message),
    });
  });

  it("answers for another account's link as for an unknown one", async ({ expect }) => {
    const [ada, bob] = [await newNativeClient(), await newNativeClient()];
    const { id } = await ada.link();
    const foreign = await analyticsOf(bob, id);
    expect(foreign.status).toBe(404);
    expect(foreign).toEqual(await analyticsOf(bob, crypto.randomUUID()));
    expect(foreign).toEqual(await analyticsOf(bob, "not-an-id"));
  });

  it("needs the scope links:read:analytics", async ({ expect }) => {
    const account = await newAccount();
    const { id } = await (await newNativeClient({ account })).link();
    const reader = await newNativeClient({ account, scopes: ["links:read"] });
    expect((await analyticsOf(reader, id)).status).toBe(403);
    const analyst = await newNativeClient({ account, scopes: ["links:read:analytics"] });
    expect((await analyticsOf(analyst, id)).status).toBe(200);
  });
});

describe("reportRange", () => {
  const NOW = Date.parse("2026-05-31T22:30:00Z");
  const RANGES = [
    ["", "2026-05-02", "2026-05-31"],
    ["range=7d", "2026-05-25", "2026-05-31"],
    ["range=90d", "2026-03-03", "2026-05-31"],
    ["range=12m", "2025-06-01", "2026-05-31"],
    ["from=2026-05-30", "2026-05-30", "2026-05-31"],
    ["to=2026-03-01", "2026-01-31", "2026-03-01"],
    ["to=2026-03-01&range=7d", "2026-02-23", "2026-03-01"],
    ["range=7d&from=2026-01-01&to=2026-01-01", "2026-01-01", "2026-01-01"],
    ["from=2026-05-01T23:30:00-05:00&to=2026-05-31T23:59:59.999Z", "2026-05-02", "2026-05-31"],
    ["range=7d&tz=Europe/Kyiv", "2026-05-25", "2026-06-01"],
    ["range=7d&tz=America/New_York", "2026-05-25", "2026-05-31"],
    ["from=2016-05-25&to=2026-05-31", "2016-05-25", "2026-05-31"],
  ] as const;

  it.for(RANGES)("reads ?%s as %s to %s", ([query, from, to], { expect }) => {
    const parsed = reportQuery.parse(Object.fromEntries(new URLSearchParams(query)));
    expect(reportRange(parsed, NOW)).toEqual({ ok: true, value: { from, to } });
  });
});
