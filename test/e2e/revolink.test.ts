/** RevoLink's page over real HTTP: a key, a campaign with rules, its visitors, its report, its end. */

import { beforeAll, describe, it, vi } from "vitest";

import { json, signUp } from "./support/account.ts";
import { startServer, type Answer, type Server } from "./support/server.ts";

const CHROME =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
const SAFARI =
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15";
const PHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";
/** Brave calls itself Chrome in the user agent, and by its name here alone. */
const BRAVE_HINTS = {
  "sec-ch-ua": '"Brave";v="141", "Not?A_Brand";v="8", "Chromium";v="141"',
  "sec-ch-ua-mobile": "?0",
  "sec-ch-ua-platform": '"Windows"',
};

const NAVIGATION = {
  accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
  "sec-fetch-mode": "navigate",
  "sec-fetch-dest": "document",
  "sec-fetch-site": "none",
};

const HOUR_MS = 3_600_000;
const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];
const NEXT_MONTH = new Date(Date.now() + 30 * 24 * HOUR_MS).toISOString();
/** Longer than a change takes to be live in the local runtime. */
const SOON = { timeout: 15_000, interval: 200 };

const CITIES: Readonly<Record<string, string>> = { UA: "Kyiv", DE: "Berlin", NL: "Utrecht" };

/** The default rule's target as redirects write it. */
const HOME = "https://example.com/";
const DEFAULT_RULE = { targetUrl: "https://example.com", isDefault: true };
const VARIANTS = [
  { id: "1714000000000", name: "Variant A", url: "https://example.com/a", weight: 60 },
  { id: "1714000000001", name: "Variant B", url: "https://example.com/b", weight: 40 },
];

type Json = Readonly<Record<string, unknown>>;

let server: Server;
let key: { "x-api-key": string };
let workspaceId: string;

beforeAll(async () => {
  server = await startServer();
  return async () => await server.close();
});

beforeAll(async () => {
  const scopes = ["create", "update", "delete", "read:analytics"].map((what) => `links:${what}`);
  const { token, session } = await signUp(server, "Ada", scopes);
  key = { "x-api-key": token };
  const me = json(await server.ask("/api/me", { headers: session }));
  workspaceId = String((me["workspace"] as Json)["objectId"]);
});

/** Gives a time of day in UTC, so many hours from now. */
function timeIn(hours: number): string {
  return new Date(Date.now() + hours * HOUR_MS).toISOString().slice(11, 16);
}

async function call(method: string, path: string, fields: Json): Promise<Answer> {
  const body = { workspaceId, ...fields };
  return await server.ask(`/apiv1${path}`, { method, headers: key, body });
}

async function create(slug: string, fields: Json = {}): Promise<string> {
  const body = { name: slug, slug, rules: [DEFAULT_RULE], ...fields };
  const answer = await call("POST", "/link/create", body);
  if (answer.status !== 200) throw new Error(`link: ${answer.status} ${answer.text}`);
  return String(json(answer)["id"]);
}

async function update(linkId: string, fields: Json): Promise<void> {
  const answer = await call("PUT", "/link/update", { linkId, ...fields });
  if (answer.status !== 200) throw new Error(`update: ${answer.status} ${answer.text}`);
}

async function report(path: string): Promise<Answer> {
  return await server.ask(`/apiv1${path}/analytics?workspaceId=${workspaceId}`, { headers: key });
}

/** Follows a link as a browser somewhere; the local runtime takes the blob for Cloudflare's knowledge. */
async function follow(
  slug: string,
  country = "NL",
  headers: Readonly<Record<string, string>> = { "user-agent": CHROME },
): Promise<Answer> {
  const cf = { country, city: CITIES[country], clientAcceptEncoding: "identity" };
  return await server.ask(`/${slug}`, {
    headers: { ...NAVIGATION, "mf-cf-blob": JSON.stringify(cf), ...headers },
  });
}

describe("the page's campaign", () => {
  it("leads each visitor where the first rule that fits says, and reports them all", async ({
    expect,
  }) => {
    const created = await call("POST", "/link/create", {
      name: "Summer campaign",
      description: "Main landing for summer 2025 promo",
      slug: "summer-2025",
      active: true,
      clicksLimit: 10_000,
      expirationDate: NEXT_MONTH,
      rules: [
        {
          targetUrl: "https://example.com/ua-later",
          isDefault: false,
          country: ["UA"],
          timeStart: timeIn(6),
          timeEnd: timeIn(12),
        },
        {
          targetUrl: "https://example.com/ua-mobile",
          isDefault: false,
          country: ["UA"],
          device: ["mobile"],
          os: ["iOS", "Android"],
          timeStart: timeIn(-1),
          timeEnd: timeIn(2),
          daysOfWeek: EVERY_DAY,
        },
        {
          targetUrl: "https://example.com/de",
          isDefault: false,
          country: ["DE", "AT", "CH"],
          device: ["desktop"],
          browser: ["Chrome", "Firefox"],
        },
        { targetUrl: "https://example.com/brave", isDefault: false, browser: ["Brave"] },
        DEFAULT_RULE,
      ],
    });
    expect(created.status).toBe(200);
    const id = String(json(created)["id"]);
    expect(json(created)).toEqual({
      message: 'Link "Summer campaign" successfully created.',
      id: expect.stringMatching(/^[0-9a-f]{24}$/) as string,
      slug: "summer-2025",
      fullLink: "http://signpost.test/summer-2025",
    });

    const visits = [
      ["UA", { "user-agent": PHONE, referer: "https://www.instagram.com/p/1" }, "ua-mobile"],
      ["UA", { "user-agent": CHROME }, ""],
      ["DE", { "user-agent": CHROME }, "de"],
      ["DE", { "user-agent": SAFARI }, ""],
      ["NL", { "user-agent": CHROME }, ""],
      ["DE", { "user-agent": CHROME, ...BRAVE_HINTS }, "brave"],
    ] as const;
    for (const [country, headers, path] of visits) {
      const answer = await follow("summer-2025", country, headers);
      expect([answer.status, answer.headers.location]).toEqual([302, HOME + path]);
    }

    const { referrers, rulesStats, ...breakdowns } = await vi.waitFor(async () => {
      const ofLink = json(await report(`/links/${id}`));
      expect(ofLink).toMatchObject({ totals: { total: 6, periodTotal: 6 } });
      return ofLink;
    }, SOON);
    const { links } = json(await report("/links"));
    expect(links).toMatchObject({ [id]: { title: "Summer campaign", value: 6 } });
    expect(breakdowns).toMatchObject({
      countries: {
        UA: { title: "Ukraine", value: 2, flag: "UA" },
        DE: { title: "Germany", value: 3, flag: "DE" },
        NL: { title: "Netherlands", value: 1, flag: "NL" },
      },
      cities: { Kyiv: { title: "Kyiv", value: 2, flag: "UA" } },
      devices: {
        mobile: { title: "Mobile", value: 1 },
        desktop: { title: "Desktop", value: 5 },
      },
      browsers: {
        Chrome: { title: "Chrome", value: 3 },
        Safari: { title: "Safari", value: 2 },
        Brave: { title: "Brave", value: 1 },
      },
      os: { Windows: { value: 4 }, iOS: { value: 1 }, macOS: { value: 1 } },
      abVariantsStats: {},
    });
    expect(referrers).toMatchObject({ "instagram.com": { value: 1 }, Direct: { value: 5 } });
    const served = Object.values(rulesStats as Record<string, Json>);
    expect(served.map(({ targetUrl, clicks }) => [targetUrl, clicks])).toEqual([
      ["https://example.com/ua-later", 0],
      ["https://example.com/ua-mobile", 1],
      ["https://example.com/de", 1],
      ["https://example.com/brave", 1],
      [DEFAULT_RULE.targetUrl, 3],
    ]);
  });

  it("tells who asks for its slug a second time that it is taken", async ({ expect }) => {
    await create("taken");
    const again = await call("POST", "/link/create", {
      name: "Again",
      slug: "taken",
      rules: [DEFAULT_RULE],
    });
    expect([again.status, json(again)]).toEqual([409, { error: "This slug is already taken." }]);
  });
});

describe("an update", () => {
  it("switches a link off and on again, and moves it", async ({ expect }) => {
    const id = await create("switched");
    expect((await follow("switched")).status).toBe(302);
    await update(id, { active: false });
    await vi.waitFor(async () => expect((await follow("switched")).status).toBe(410), SOON);
    const rules = [{ targetUrl: "https://example.com/v2", isDefault: true }];
    await update(id, { active: true, rules });
    await vi.waitFor(async () => {
      expect((await follow("switched")).headers.location).toBe("https://example.com/v2");
    }, SOON);
  });

  it("begins an A/B test, which the rules give way to and the report counts", async ({
    expect,
  }) => {
    const id = await create("tested");
    await update(id, { abTest: { enabled: true, variants: VARIANTS } });
    const seen = new Map<string, number>();
    const visit = async () => {
      const { location = "" } = (await follow("tested")).headers;
      seen.set(location, (seen.get(location) ?? 0) + 1);
      return location;
    };
    await vi.waitFor(async () => expect(await visit()).not.toBe(HOME), SOON);
    const urls = VARIANTS.map(({ url }) => url);
    const locations = await Promise.all(Array.from({ length: 60 }, visit));
    expect([...new Set(locations)].sort()).toEqual(urls);

    const clicksOf = (url: string) => ({ targetUrl: url, clicks: seen.get(url) });
    await vi.waitFor(async () => {
      expect(json(await report(`/links/${id}`))["abVariantsStats"]).toMatchObject(
        Object.fromEntries(VARIANTS.map((variant) => [variant.id, clicksOf(variant.url)])),
      );
    }, SOON);
  });
});

describe("a limit of 25 clicks", () => {
  it("lets exactly 25 of a hundred visitors in who come at once", async ({ expect }) => {
    const id = await create("limited", { clicksLimit: 25 });
    const visitors = Array.from({ length: 100 }, (_, n) => ({
      "user-agent": CHROME,
      "cf-connecting-ip": `203.0.113.${n}`,
    }));
    const answers = await Promise.all(visitors.map((headers) => follow("limited", "UA", headers)));
    const statuses = answers.map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses).toEqual([...Array<number>(25).fill(302), ...Array<number>(75).fill(410)]);
    expect((await follow("limited")).status).toBe(410);
    await vi.waitFor(async () => {
      expect(json(await report(`/links/${id}`))).toMatchObject({
        totals: { total: 25, periodTotal: 25, unique: 25 },
      });
    }, SOON);
  });
});

describe("a QR code", () => {
  it("is served as SVG in the link's colours, and as PNG", async ({ expect }) => {
    await create("drawn", { qrSettings: { color: "#1a1a2e", bgColor: "#ffffff" } });
    const svg = await server.ask("/drawn/qr.svg");
    expect(svg.status).toBe(200);
    expect(svg.headers["content-type"]).toMatch(/^image\/svg\+xml/);
    expect(svg.text).toContain("#1a1a2e");
    const png = await server.ask("/drawn/qr.png");
    expect([png.status, png.headers["content-type"]]).toEqual([200, "image/png"]);
    expect(png.text.slice(1, 4)).toBe("PNG");
  });
});

describe("a bulk create", () => {
  it("makes the page's links, and says which it could not make", async ({ expect }) => {
    const forCountry = (targetUrl: string, ...country: string[]) => [
      { targetUrl, isDefault: false, country },
      DEFAULT_RULE,
    ];
    const nameless = { description: "Missing name and rules" };
    const answer = await call("POST", "/links/bulk-create", {
      links: [
        {
          name: "Campaign — Ukraine mobile",
          slug: "ua-mob",
          clicksLimit: 5_000,
          expirationDate: NEXT_MONTH,
          rules: forCountry("https://example.com/ua", "UA"),
        },
        {
          name: "Campaign — Germany",
          rules: forCountry("https://example.com/de", "DE", "AT", "CH"),
        },
        nameless,
        {
          name: "Simple redirect",
          rules: [{ targetUrl: "https://example.com/simple", isDefault: true }],
        },
      ],
    });
    expect(answer.status).toBe(200);
    const { message, created, failed } = json(answer);
    expect(message).toBe("Bulk create complete: 3 created, 1 failed.");
    expect(failed).toEqual([{ input: nameless, error: "Each link must have name and rules." }]);
    const slugs = (created as readonly Json[]).map(({ slug }) => String(slug));
    expect(slugs[0]).toBe("ua-mob");
    const locations = await Promise.all(
      slugs.map(async (slug, n) => {
        const { headers } = await follow(slug, ["UA", "DE", "NL"][n]);
        return headers.location;
      }),
    );
    expect(locations).toEqual(["ua", "de", "simple"].map((path) => HOME + path));
  });
});

describe("a delete", () => {
  it("takes its fields from the query, and leaves nothing behind", async ({ expect }) => {
    const id = await create("deleted");
    expect((await follow("deleted")).status).toBe(302);
    const query = new URLSearchParams({ workspaceId, linkId: id }).toString();
    const remove = () =>
      server.ask(`/apiv1/link/delete?${query}`, { method: "DELETE", headers: key });
    const first = await remove();
    expect([first.status, json(first)]).toEqual([200, { message: "Link deleted." }]);
    await vi.waitFor(async () => expect((await follow("deleted")).status).toBe(404), SOON);
    const second = await remove();
    expect([second.status, json(second)]).toEqual([404, { error: "Link not found." }]);
    const gone = await report(`/links/${id}`);
    expect([gone.status, json(gone)]).toEqual([
      404,
      { error: "Link not found in this workspace." },
    ]);
  });

  it("is refused without a key, and in a workspace of somebody else", async ({ expect }) => {
    const id = await create("kept");
    const query = (workspace: string) => `workspaceId=${workspace}&linkId=${id}`;
    const keyless = await server.ask(`/apiv1/link/delete?${query(workspaceId)}`, {
      method: "DELETE",
    });
    expect(keyless.status).toBe(401);
    const foreign = await server.ask(`/apiv1/link/delete?${query("0".repeat(24))}`, {
      method: "DELETE",
      headers: key,
    });
    expect(foreign.status).toBe(403);
    expect((await follow("kept")).status).toBe(302);
  });
});
