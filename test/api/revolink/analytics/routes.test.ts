import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import type { LedgerClick } from "../../../../src/ledger/contract.ts";
import { ledgerFor } from "../../../../src/ledger/stub.ts";
import { systemClock } from "../../../../src/platform/clock.ts";
import { objectIdOf } from "../../../../src/platform/uuid.ts";
import { batch, click, hashOf } from "../../../ledger/sample-clicks.ts";
import { callApi } from "../../../support/api.ts";
import { BROWSER, PHONE } from "../../../support/following.ts";
import {
  DEFAULT_RULES,
  newRevolinkClient,
  PAGE_TIME,
  type RevolinkClient,
  rowOf,
  storedRules,
} from "../../../support/revolink.ts";

const BATCH_MAX = 300;
const VARIANTS = [
  { id: "1714000000000", name: "Variant A", url: "https://example.com/a", weight: 60 },
  { id: "1714000000001", name: "Variant B", url: "https://example.com/b", weight: 40 },
];
const RULES = [
  {
    name: "Ukraine mobile",
    targetUrl: "https://example.com/ua",
    isDefault: false,
    country: ["UA"],
    device: ["mobile"],
  },
  { targetUrl: "https://example.com/de", isDefault: false, country: ["DE"], browser: ["Chrome"] },
  ...DEFAULT_RULES,
];

async function ingest(client: RevolinkClient, clicks: readonly LedgerClick[]): Promise<void> {
  const ledger = ledgerFor(env, client.account.workspace.ledger);
  for (let at = 0; at < clicks.length; at += BATCH_MAX) {
    await ledger.ingest([batch(clicks.slice(at, at + BATCH_MAX))]);
  }
}

/** The number by which the Ledger knows a link, and the ids of its rules. */
async function innerOf(linkId: string): Promise<{ number: number; rules: string[] }> {
  const { id } = await rowOf(linkId);
  return { number: Number(id), rules: (await storedRules(linkId)).map((rule) => rule.id) };
}

const noonOf = (date: string) => Date.parse(`${date}T12:00:00Z`);
const linkPath = (linkId: string) => `/apiv1/links/${linkId}/analytics`;

/** The page's numbers: 320 clicks of the range by 210 visitors, and 1,220 clicks from before. */
function pageClicks(linkId: number, rule: string): LedgerClick[] {
  const before = Array.from({ length: 1_220 }, (_, n) =>
    click({ linkId, atMs: noonOf("2024-12-01"), addressHash: hashOf(10_000 + n) }),
  );
  const inRange = Array.from({ length: 320 }, (_, n) => {
    const isRule = n >= 35 && n < 175;
    const variant = n < 275 ? "1714000000000" : "1714000000001";
    const afterRule = 130 + ((n - 175) % 80);
    return click({
      linkId,
      atMs: noonOf(
        n < 45 ? "2025-04-28" : n < 106 ? "2025-04-29" : n < 144 ? "2025-04-30" : "2025-01-01",
      ),
      country: n < 180 ? "UA" : n < 234 ? "DE" : null,
      city: n < 92 ? "Kyiv" : null,
      device: n < 210 ? "mobile" : "desktop",
      browser: n < 198 ? "Chrome" : "",
      os: n < 140 ? "Android" : "",
      referrer: n < 95 ? "instagram.com" : null,
      rule: isRule ? rule : null,
      variant: n < 175 ? null : variant,
      addressHash: hashOf(n < 35 ? n : isRule ? 35 + ((n - 35) % 95) : afterRule),
    });
  });
  return [...before, ...inRange];
}

describe("GET /apiv1/links/:id/analytics", () => {
  it("answers the page's example in every field", async ({ expect }) => {
    const client = await newRevolinkClient();
    const linkId = await client.link({
      rules: RULES,
      abTest: { enabled: true, variants: VARIANTS },
    });
    const { number, rules } = await innerOf(linkId);
    const [first = "", second = ""] = rules;
    await ingest(client, pageClicks(number, first));
    const { status, body } = await client.report(linkPath(linkId), {
      from: "2025-01-01",
      to: "2025-04-30",
    });
    expect(status).toBe(200);
    const { dailyTraffic, ...rest } = body;
    expect(rest).toEqual({
      totals: { total: 1_540, periodTotal: 320, unique: 210 },
      countries: {
        UA: { title: "Ukraine", value: 180, flag: "UA" },
        DE: { title: "Germany", value: 54, flag: "DE" },
        Unknown: { title: "Unknown", value: 86 },
      },
      cities: { Kyiv: { title: "Kyiv", value: 92, flag: "UA" } },
      devices: {
        mobile: { title: "Mobile", value: 210 },
        desktop: { title: "Desktop", value: 110 },
      },
      browsers: {
        Chrome: { title: "Chrome", value: 198 },
        Unknown: { title: "Unknown", value: 122 },
      },
      os: {
        Android: { title: "Android", value: 140 },
        Unknown: { title: "Unknown", value: 180 },
      },
      referrers: {
        "instagram.com": { title: "instagram.com", value: 95 },
        Direct: { title: "Direct", value: 225 },
      },
      rulesStats: {
        [first]: {
          name: "Ukraine mobile",
          targetUrl: "https://example.com/ua",
          clicks: 140,
          uniqueClicks: 95,
          referrers: {
            Direct: { title: "Direct", value: 80 },
            "instagram.com": { title: "instagram.com", value: 60 },
          },
        },
        [second]: {
          name: "DE · Chrome",
          targetUrl: "https://example.com/de",
          clicks: 0,
          uniqueClicks: 0,
          referrers: {},
        },
        default: expect.objectContaining({ name: "Default", clicks: 0 }),
      },
      abVariantsStats: {
        "1714000000000": {
          name: "Variant A",
          targetUrl: "https://example.com/a",
          clicks: 100,
          uniqueClicks: 80,
          referrers: { Direct: { title: "Direct", value: 100 } },
        },
        "1714000000001": {
          name: "Variant B",
          targetUrl: "https://example.com/b",
          clicks: 45,
          uniqueClicks: 45,
          referrers: { Direct: { title: "Direct", value: 45 } },
        },
      },
    });
    const days = dailyTraffic as Record<string, number>;
    expect(Object.keys(days)).toHaveLength(120);
    expect(days).toMatchObject({
      "2025-01-01": 176,
      "2025-01-02": 0,
      "2025-04-28": 45,
      "2025-04-29": 61,
      "2025-04-30": 38,
    });
  });

  it("reports a link without clicks, from its first day until today", async ({ expect }) => {
    const client = await newRevolinkClient();
    const linkId = await client.link({ rules: RULES });
    const { rules } = await innerOf(linkId);
    const later = await newRevolinkClient({
      account: client.account,
      clock: () => PAGE_TIME + 2 * 86_400_000,
    });
    const { status, body } = await later.report(linkPath(linkId));
    expect(status).toBe(200);
    expect(body).toEqual({
      totals: { total: 0, periodTotal: 0, unique: 0 },
      dailyTraffic: { "2025-04-30": 0, "2025-05-01": 0, "2025-05-02": 0 },
      countries: {},
      cities: {},
      devices: {},
      browsers: {},
      os: {},
      referrers: {},
      rulesStats: {
        [String(rules[0])]: expect.objectContaining({ name: "Ukraine mobile", clicks: 0 }),
        [String(rules[1])]: expect.objectContaining({ name: "DE · Chrome", clicks: 0 }),
        default: expect.objectContaining({ name: "Default", clicks: 0 }),
      },
      abVariantsStats: {},
    });
  });

  it("shows no variants while the A/B test is off", async ({ expect }) => {
    const client = await newRevolinkClient();
    const linkId = await client.link({ abTest: { enabled: false, variants: VARIANTS } });
    const { body } = await client.report(linkPath(linkId));
    expect(body["abVariantsStats"]).toEqual({});
  });

  it("gives a link's only rule, the default, all that came", async ({ expect }) => {
    const client = await newRevolinkClient();
    const linkId = await client.link();
    const { number } = await innerOf(linkId);
    await ingest(
      client,
      [1, 2].map(() => click({ linkId: number, atMs: PAGE_TIME })),
    );
    const { body } = await client.report(linkPath(linkId));
    expect(body["rulesStats"]).toMatchObject({
      default: { name: "Default", clicks: 2, referrers: body["referrers"] },
    });
  });

  it("titles what it counts, and tells cities of one name apart", async ({ expect }) => {
    const client = await newRevolinkClient();
    const linkId = await client.link();
    const { number } = await innerOf(linkId);
    const at = PAGE_TIME;
    const devices = ["smarttv", "tablet", "console", "wearable", "embedded"] as const;
    await ingest(client, [
      ...devices.map((device) =>
        click({ linkId: number, atMs: at, device, country: "T1", city: null }),
      ),
      ...[1, 2].map(() => click({ linkId: number, atMs: at, country: "FR", city: "Paris" })),
      click({
        linkId: number,
        atMs: at,
        country: "US",
        city: "Paris",
        os: "iOS",
        browser: "Brave",
      }),
      click({ linkId: number, atMs: at, country: "XK", city: "Pristina" }),
      click({ linkId: number, atMs: at, country: null, city: "__proto__", referrer: "not a host" }),
      click({ linkId: number, atMs: at, class: "bot" }),
    ]);
    const { body } = await client.report(linkPath(linkId));
    expect(body["totals"]).toMatchObject({ total: 10, periodTotal: 10 });
    expect(body["countries"]).toEqual({
      T1: { title: "Tor", value: 5 },
      FR: { title: "France", value: 2, flag: "FR" },
      US: { title: "United States", value: 1, flag: "US" },
      XK: { title: "Kosovo", value: 1, flag: "XK" },
      Unknown: { title: "Unknown", value: 1 },
    });
    expect(Object.entries(body["cities"] as object)).toEqual([
      ["Paris", { title: "Paris", value: 2, flag: "FR" }],
      ["__proto__", { title: "__proto__", value: 1 }],
      ["Paris (US)", { title: "Paris (US)", value: 1, flag: "US" }],
      ["Pristina", { title: "Pristina", value: 1, flag: "XK" }],
    ]);
    expect(body["devices"]).toMatchObject({
      smarttv: { title: "Smart TV", value: 1 },
      tablet: { title: "Tablet", value: 1 },
      console: { title: "Console", value: 1 },
      wearable: { title: "Wearable", value: 1 },
      embedded: { title: "Embedded", value: 1 },
    });
    expect(body["referrers"]).toMatchObject({ "(other)": { title: "Other", value: 1 } });
  });

  it("counts real visits on their way through the redirect, the queue and the Ledger", async ({
    expect,
  }) => {
    const client = await newRevolinkClient({ clock: systemClock });
    const rules = [
      { name: "Phones", targetUrl: "https://example.com/m", isDefault: false, device: ["mobile"] },
      ...DEFAULT_RULES,
    ];
    const linkId = await client.link({ rules });
    const code = String((await rowOf(linkId))["code"]);
    const visit = async (userAgent: string, address: string, referrer?: string) => {
      const headers = new Headers({ "User-Agent": userAgent, "CF-Connecting-IP": address });
      if (referrer !== undefined) headers.set("Referer", referrer);
      return (await callApi(`/${code}`, { headers })).headers.get("Location");
    };
    expect(await visit(PHONE, "192.0.2.1", "https://www.instagram.com/p")).toBe(
      "https://example.com/m",
    );
    expect(await visit(PHONE, "192.0.2.1")).toBe("https://example.com/m");
    expect(await visit(PHONE, "192.0.2.2")).toBe("https://example.com/m");
    expect(await visit(BROWSER, "192.0.2.3")).toBe("https://example.com/");
    expect(await visit("curl/8.5.0", "192.0.2.4")).toBe("https://example.com/");

    const [rule] = (await innerOf(linkId)).rules;
    await vi.waitFor(
      async () => {
        const { body } = await client.report(linkPath(linkId));
        expect(body).toMatchObject({
          totals: { total: 4, periodTotal: 4, unique: 3 },
          devices: { mobile: { title: "Mobile", value: 3 }, desktop: { value: 1 } },
          os: { iOS: { value: 3 }, macOS: { value: 1 } },
          browsers: { Safari: { value: 3 }, Chrome: { value: 1 } },
          referrers: { "instagram.com": { value: 1 }, Direct: { value: 3 } },
          rulesStats: {
            [String(rule)]: {
              name: "Phones",
              targetUrl: "https://example.com/m",
              clicks: 3,
              uniqueClicks: 2,
              referrers: { Direct: { value: 2 }, "instagram.com": { value: 1 } },
            },
            default: { name: "Default", clicks: 1, uniqueClicks: 1 },
          },
        });
      },
      { timeout: 10_000, interval: 100 },
    );
    const { body } = await client.report("/apiv1/links/analytics");
    expect(body).toMatchObject({
      totals: { total: 4, periodTotal: 4, unique: 3 },
      links: { [linkId]: { title: "A link", value: 4 } },
    });
  });

  it.for(["x", "664abc", "664abc123def4567890000011", "g64abc123def456789000001"])(
    "refuses an id that is none: %s",
    async (linkId, { expect }) => {
      const { status, body } = await (await newRevolinkClient()).report(linkPath(linkId));
      expect({ status, body }).toEqual({ status: 400, body: { error: "Invalid link id." } });
    },
  );

  it("answers for another workspace's link as for an unknown one", async ({ expect }) => {
    const [mine, theirs] = [await newRevolinkClient(), await newRevolinkClient()];
    for (const linkId of [await theirs.link(), "664abc123def456789000001"]) {
      const { status, body } = await mine.report(linkPath(linkId));
      expect({ status, body }).toEqual({
        status: 404,
        body: { error: "Link not found in this workspace." },
      });
    }
  });
});

describe("GET /apiv1/links/analytics", () => {
  it("answers the page's example in every field", async ({ expect }) => {
    const client = await newRevolinkClient();
    const campaign = await client.link({ name: "Summer campaign" });
    const launch = await client.link({ name: "Product launch" });
    const unseen = await client.link({ name: "Never followed" });
    const [first, second] = [await innerOf(campaign), await innerOf(launch)];
    const clicks = Array.from({ length: 175 }, (_, n) =>
      click({
        linkId: n < 92 ? first.number : second.number,
        atMs: noonOf(n < 52 ? "2025-04-01" : n < 130 ? "2025-04-02" : "2025-04-30"),
        country: n < 64 ? "UA" : "PL",
        city: n < 31 ? "Kyiv" : null,
        device: n < 98 ? "mobile" : "desktop",
        browser: n < 105 ? "Chrome" : "Safari",
        os: n < 62 ? "Android" : "iOS",
        addressHash: hashOf(n % 112),
      }),
    );
    await ingest(client, [click({ linkId: first.number, atMs: noonOf("2025-03-01") }), ...clicks]);
    const { status, body } = await client.report("/apiv1/links/analytics", {
      from: "2025-04-01",
      to: "2025-04-30",
    });
    expect(status).toBe(200);
    const { dailyTraffic, ...rest } = body;
    expect(rest).toEqual({
      totals: { total: 175, periodTotal: 175, unique: 112 },
      links: {
        [campaign]: { title: "Summer campaign", value: 92 },
        [launch]: { title: "Product launch", value: 83 },
      },
      countries: {
        UA: { title: "Ukraine", value: 64, flag: "UA" },
        PL: { title: "Poland", value: 111, flag: "PL" },
      },
      cities: { Kyiv: { title: "Kyiv", value: 31, flag: "UA" } },
      devices: {
        mobile: { title: "Mobile", value: 98 },
        desktop: { title: "Desktop", value: 77 },
      },
      browsers: {
        Chrome: { title: "Chrome", value: 105 },
        Safari: { title: "Safari", value: 70 },
      },
      os: {
        Android: { title: "Android", value: 62 },
        iOS: { title: "iOS", value: 113 },
      },
    });
    expect(Object.keys(body)).toEqual([
      "totals",
      "dailyTraffic",
      "links",
      "countries",
      "cities",
      "devices",
      "browsers",
      "os",
    ]);
    expect(Object.keys(dailyTraffic as object)).toHaveLength(30);
    expect(dailyTraffic).toMatchObject({ "2025-04-01": 52, "2025-04-02": 78, "2025-04-03": 0 });
    expect(JSON.stringify(body)).not.toContain(unseen);
  });

  it("names a link without a name by its code, and leaves deleted ones out", async ({ expect }) => {
    const client = await newRevolinkClient();
    const [named, gone] = [await client.link(), await client.link()];
    await env.DB.prepare("update links set title = null where id = ?")
      .bind((await innerOf(named)).number)
      .run();
    await ingest(
      client,
      await Promise.all(
        [named, gone].map(async (id) =>
          click({ linkId: (await innerOf(id)).number, atMs: PAGE_TIME }),
        ),
      ),
    );
    const code = (await rowOf(named))["code"];
    await client.call("DELETE", "/apiv1/link/delete", { linkId: gone });
    const { body } = await client.report("/apiv1/links/analytics");
    expect(body).toMatchObject({ links: { [named]: { title: code, value: 1 } } });
    expect(Object.keys(body["links"] as object)).toEqual([named]);
  });

  it("begins with the workspace, when nothing else is said", async ({ expect }) => {
    const { account } = await newRevolinkClient();
    await env.DB.prepare("update workspaces set created_at_ms = ? where id = ?")
      .bind(noonOf("2025-04-28"), account.workspace.id)
      .run();
    const client = await newRevolinkClient({ account });
    expect((await client.report("/apiv1/links/analytics")).body["dailyTraffic"]).toEqual({
      "2025-04-28": 0,
      "2025-04-29": 0,
      "2025-04-30": 0,
    });
    const before = await client.report("/apiv1/links/analytics", { to: "2025-04-01" });
    expect(before.body["dailyTraffic"]).toEqual({ "2025-04-01": 0 });
    await env.DB.prepare("update workspaces set created_at_ms = 0 where id = ?")
      .bind(account.workspace.id)
      .run();
    const { body } = await client.report("/apiv1/links/analytics");
    const days = Object.keys(body["dailyTraffic"] as object);
    expect([days.length, days[0], days.at(-1)]).toEqual([3_660, "2015-04-24", "2025-04-30"]);
  });
});

describe("the range of a report", () => {
  const FORMAT = (field: string) => `${field} must be a date in YYYY-MM-DD format.`;

  it.for([
    [{ from: "yesterday" }, FORMAT("from")],
    [{ from: "2025-4-1" }, FORMAT("from")],
    [{ from: "2025-02-30" }, FORMAT("from")],
    [{ from: "2025-04-01T00:00:00Z" }, FORMAT("from")],
    [{ to: "2025-13-01" }, FORMAT("to")],
    [{ to: "01.04.2025" }, FORMAT("to")],
    [{ from: "2025-04-02", to: "2025-04-01" }, "from must not be later than to (2025-04-01)."],
    [{ from: "2025-05-01" }, "from must not be later than to (2025-04-30)."],
    [{ from: "2015-04-23" }, "from and to must span at most 3660 days."],
    [{ from: "0001-01-01", to: "9999-12-31" }, "from and to must span at most 3660 days."],
  ] as const)("is refused where it is none: %j", async ([query, error], { expect }) => {
    const client = await newRevolinkClient();
    for (const path of [linkPath(await client.link()), "/apiv1/links/analytics"]) {
      const { status, body } = await client.report(path, query);
      expect({ status, body }).toEqual({ status: 400, body: { error } });
    }
  });

  it("a report's range may be 3,660 days long, and holds both of its ends", async ({ expect }) => {
    const client = await newRevolinkClient();
    const path = linkPath(await client.link());
    const days = async (query: Record<string, string>) =>
      Object.keys((await client.report(path, query)).body["dailyTraffic"] as object);
    expect(await days({ from: "2015-04-24" })).toHaveLength(3_660);
    expect(await days({ from: "2025-04-30", to: "2025-04-30" })).toEqual(["2025-04-30"]);
    expect(await days({ from: "", to: "" })).toEqual(["2025-04-30"]);
  });
});

it("names workspaces and links by the first 24 digits of their UUIDs", async ({ expect }) => {
  const client = await newRevolinkClient();
  const linkId = await client.link();
  expect(linkId).toBe(objectIdOf(String((await rowOf(linkId))["uuid"])));
  expect(client.workspaceId).toBe(objectIdOf(client.account.workspace.uuid));
});
