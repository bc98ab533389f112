/** PVTLNK's page over real HTTP: a link with a password, a list, a test, files, reports, conversions. */

import { beforeAll, describe, it, vi } from "vitest";

import { json, signUp } from "./support/account.ts";
import { startServer, type Answer, type Server } from "./support/server.ts";

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const NAVIGATION = {
  "user-agent": FIREFOX,
  accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
  "sec-fetch-mode": "navigate",
  "sec-fetch-dest": "document",
  "sec-fetch-site": "none",
};

const SCOPES = ["read", "create", "update", "delete", "read:analytics"].map(
  (what) => `links:${what}`,
);
const COLUMNS =
  "short_url,destination_url,short_code,title,description,tags,click_count,active,archived,password_protected,expires_at,created_at";
/** Longer than a click takes to be counted, or a change to be live, in the local runtime. */
const SOON = { timeout: 15_000, interval: 200 };

type Json = Readonly<Record<string, unknown>>;

interface Link extends Json {
  readonly id: number;
  readonly short_code: string;
}

type Bearer = { readonly authorization: string };

let server: Server;
let bearer: Bearer;

beforeAll(async () => {
  server = await startServer();
  return async () => await server.close();
});

beforeAll(async () => {
  bearer = await newPerson("ada");
});

async function newPerson(name: string): Promise<Bearer> {
  const { token } = await signUp(server, name, SCOPES);
  return { authorization: `Bearer ${token}` };
}

async function call(
  method: string,
  path: string,
  body?: Json,
  headers: Bearer = bearer,
): Promise<Answer> {
  const question = { method, headers, ...(body !== undefined && { body }) };
  return await server.ask(`/api/v1${path}`, question);
}

async function create(fields: Json = {}, password?: string, by = bearer): Promise<Link> {
  const link = { destination_url: "https://example.com/offer", ...fields };
  const body = { link, ...(password !== undefined && { password }) };
  const answer = await call("POST", "/links", body, by);
  if (answer.status !== 201) throw new Error(`link: ${answer.status} ${answer.text}`);
  return json(answer)["link"] as Link;
}

async function follow(
  { short_code: code }: Pick<Link, "short_code">,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return await server.ask(`/${code}`, { headers: { ...NAVIGATION, ...headers } });
}

/** What the local runtime takes for Cloudflare's knowledge of the visitor. */
function visitorFrom(country: string): Record<string, string> {
  return { "mf-cf-blob": JSON.stringify({ country, clientAcceptEncoding: "identity" }) };
}

/** Sends the form of the page that asks for a password. */
async function enter({ short_code: code }: Link, password: string): Promise<Response> {
  return await fetch(`${server.origin}/${code}`, {
    method: "POST",
    headers: { "user-agent": FIREFOX },
    body: new URLSearchParams({ password }),
    redirect: "manual",
  });
}

/** Waits until the link's clicks are counted. */
async function counted({ id }: Link, clicks: number, by = bearer): Promise<void> {
  await vi.waitFor(async () => {
    const answer = await call("GET", `/links/${id}`, undefined, by);
    const { analytics } = json(answer)["link"] as Json;
    const { total_clicks: total } = analytics as Json;
    if (total !== clicks) throw new Error(`${String(total)} of ${clicks} clicks are counted.`);
  }, SOON);
}

/** Makes a goal by the native API, and gives the address that shops report to, and its path. */
async function newGoal(fields: Json, headers = bearer): Promise<{ path: string; url: string }> {
  const answer = await server.ask("/api/conversion-goals", {
    method: "POST",
    headers,
    body: fields,
  });
  if (answer.status !== 201) throw new Error(`goal: ${answer.status} ${answer.text}`);
  const { token, postbackUrl } = json(answer);
  return { path: `/api/conversions/track/${String(token)}`, url: String(postbackUrl) };
}

/** Reports a conversion as a shop does: without an account, by the goal's token alone. */
async function convert(goal: { readonly path: string }, body: Json): Promise<Answer> {
  return await server.ask(goal.path, { method: "POST", body });
}

describe("a link with a password and UTM parameters", () => {
  it("leads nobody on but who gives the password, and then by a cookie", async ({ expect }) => {
    const utm = {
      utm_source: "newsletter",
      utm_medium: "email",
      utm_campaign: "apr-2026",
    };
    const link = await create(
      {
        destination_url: "https://example.com/secret-place?ref=1",
        title: "My Campaign Link",
        short_code: "Custom-Code",
        utm_params: utm,
      },
      "optional-password",
    );
    expect(link).toMatchObject({
      short_code: "Custom-Code",
      short_url: "http://signpost.test/Custom-Code",
      password_protected: true,
      utm_params: utm,
      click_count: 0,
    });
    const destination = `https://example.com/secret-place?ref=1&${new URLSearchParams(utm).toString()}`;

    const asked = await follow(link);
    expect(asked.status).toBe(401);
    expect(asked.text).toContain('type="password"');
    expect(asked.text + JSON.stringify(asked.headers)).not.toMatch(/example\.com|newsletter/);

    const wrong = await enter(link, "guess");
    expect([wrong.status, wrong.headers.get("location")]).toEqual([403, null]);
    expect(wrong.headers.getSetCookie()).toEqual([]);
    expect(await wrong.text()).not.toContain("secret-place");

    const right = await enter(link, "optional-password");
    expect([right.status, right.headers.get("location")]).toEqual([303, destination]);
    const [cookie = ""] = right.headers.getSetCookie();
    expect(cookie).toContain("HttpOnly");

    const unlocked = await follow(link, { cookie: cookie.split(";", 1)[0] ?? "" });
    expect([unlocked.status, unlocked.headers.location]).toEqual([302, destination]);
    await counted(link, 1);
  });

  it("loses the password in an update", async ({ expect }) => {
    const link = await create({}, "for a while");
    expect((await follow(link)).status).toBe(401);
    const updated = await call("PATCH", `/links/${link.id}`, { link: {}, password: null });
    expect(json(updated)).toMatchObject({ success: true, link: { password_protected: false } });
    await vi.waitFor(async () => {
      expect((await follow(link)).headers.location).toBe("https://example.com/offer");
    }, SOON);
  });
});

describe("the list of links", () => {
  it("has every link once, newest first, over its pages", async ({ expect }) => {
    const made: number[] = [];
    for (let n = 0; n < 5; n += 1) made.unshift((await create({ title: `Link ${n}` })).id);
    const pageOf = async (page: number) => {
      const answer = json(await call("GET", `/links?page=${page}&per_page=2`));
      const links = answer["links"] as readonly Link[];
      return { ids: links.map(({ id }) => id), pagination: answer["pagination"] as Json };
    };
    const { pagination } = await pageOf(1);
    const total = Number(pagination["total"]);
    const pages = Math.ceil(total / 2);
    expect(pagination).toEqual({ page: 1, per_page: 2, total, total_pages: pages });
    const listed: number[] = [];
    for (let page = 1; page <= pages; page += 1) listed.push(...(await pageOf(page)).ids);
    expect(listed.slice(0, made.length)).toEqual(made);
    expect(listed).toHaveLength(total);
    expect(new Set(listed).size).toBe(total);
    expect((await pageOf(pages + 1)).ids).toEqual([]);
  });

  it("shows an archived link among the archived ones, and visitors no longer reach it", async ({
    expect,
  }) => {
    const link = await create();
    expect((await follow(link)).status).toBe(302);
    const archived = await call("DELETE", `/links/${link.id}`);
    expect(json(archived)).toEqual({ success: true, message: "Link archived successfully" });
    const { links } = json(await call("GET", "/links?archived=true"));
    expect(links).toMatchObject([{ id: link.id, archived: true, active: false }]);
    await vi.waitFor(async () => expect((await follow(link)).status).toBe(410), SOON);
  });
});

describe("two variants", () => {
  it("share the visitors 70 to 30, and count them", async ({ expect }) => {
    const link = await create();
    const path = `/links/${link.id}/variants`;
    for (const [name, weight] of [
      ["a", 70],
      ["b", 30],
    ] as const) {
      const variant = { name, weight, destination_url: `https://landing-${name}.com/` };
      const added = await call("POST", path, { variant });
      expect([added.status, json(added)]).toMatchObject([201, { success: true, variant }]);
    }
    const seen: Record<string, number> = {};
    const visit = async () => {
      const { location = "" } = (await follow(link)).headers;
      seen[location] = (seen[location] ?? 0) + 1;
      return location;
    };
    await vi.waitFor(async () => expect(await visit()).toBe("https://landing-b.com/"), {
      ...SOON,
      interval: 20,
    });
    const locations = await Promise.all(Array.from({ length: 200 }, visit));
    // Six standard deviations on either side.
    const ofA = locations.filter((location) => location === "https://landing-a.com/").length;
    expect(ofA).toBeGreaterThan(100);
    expect(ofA).toBeLessThan(180);
    expect(Object.keys(seen).sort()).toEqual(["https://landing-a.com/", "https://landing-b.com/"]);

    await vi.waitFor(async () => {
      expect(json(await call("GET", path))).toMatchObject({
        ab_testing_active: true,
        variants: [
          { name: "a", weight: 70, click_count: seen["https://landing-a.com/"] },
          { name: "b", weight: 30, click_count: seen["https://landing-b.com/"] },
        ],
      });
    }, SOON);
  });
});

describe("CSV", () => {
  it("is downloaded under the documented name, with the documented columns", async ({ expect }) => {
    await create({ short_code: "exported", title: "=1+1", tags: ["spring", "sale"] });
    const file = await call("GET", "/links/export");
    expect(file.status).toBe(200);
    expect(file.headers["content-type"]).toMatch(/^text\/csv/);
    expect(file.headers["content-disposition"]).toMatch(
      /^attachment; filename="pvtlnk-links-\d{4}-\d{2}-\d{2}\.csv"$/,
    );
    const [header, ...rows] = file.text.trimEnd().split("\r\n");
    expect(header).toBe(COLUMNS);
    const row = rows.find((line) => line.includes(",exported,"));
    expect(row).toContain(
      'http://signpost.test/exported,https://example.com/offer,exported,\'=1+1,,"sale,spring",0,true,false,false,,',
    );
  });

  it("is imported row by row into links that work", async ({ expect }) => {
    const csv = [
      "destination_url,title,short_code,tags",
      "https://example1.com/one,Link 1,link1,",
      "https://example2.com/two,Link 2,link2,",
    ].join("\n");
    const imported = await call("POST", "/links/bulk_import", { csv });
    expect(imported.status).toBe(201);
    expect(json(imported)).toMatchObject({
      success: true,
      created: 2,
      links: [
        { short_code: "link1", title: "Link 1" },
        { short_code: "link2", title: "Link 2" },
      ],
      errors: [],
      summary: { total_rows: 2, created: 2, failed: 0 },
    });
    expect((await follow({ short_code: "link1" })).headers.location).toBe(
      "https://example1.com/one",
    );
    expect((await follow({ short_code: "link2" })).headers.location).toBe(
      "https://example2.com/two",
    );

    const again = await call("POST", "/links/bulk_import", { csv });
    const taken = ["Short code has already been taken"];
    expect(again.status).toBe(200);
    expect(json(again)).toMatchObject({
      created: 0,
      errors: [
        { row: 2, errors: taken },
        { row: 3, errors: taken },
      ],
    });
  });
});

describe("the overview", () => {
  it("has the clicks of the last days, with where they came from", async ({ expect }) => {
    const link = await create({ title: "Popular Link" });
    const referer = "https://www.google.com/search";
    await follow(link, { ...visitorFrom("IS"), referer });
    await follow(link, visitorFrom("IS"));
    await follow(link, visitorFrom("PT"));
    await follow(link, { ...visitorFrom("PT"), "user-agent": "curl/8.14.1" });
    const { overview } = await vi.waitFor(async () => {
      const answer = json(await call("GET", "/analytics/overview"));
      expect(answer).toMatchObject({
        success: true,
        overview: {
          country_breakdown: { IS: 2, PT: 1 },
          referrer_breakdown: { "google.com": 1 },
          top_links: expect.arrayContaining([
            expect.objectContaining({ id: link.id, title: "Popular Link", clicks: 3 }),
          ]) as unknown,
        },
      });
      return answer;
    }, SOON);
    const { attribution_window_days: days, metrics, time_series: series } = overview as Json;
    expect(days).toBe(30);
    const perDay = Object.values(series as Record<string, number>);
    const sum = perDay.reduce((total, clicks) => total + clicks, 0);
    expect(metrics).toMatchObject({ total_clicks: sum });
  });
});

describe("a conversion goal", () => {
  it("puts an order down to the visitor's click, once", async ({ expect }) => {
    const goal = await newGoal({ name: "Purchase", value: 25, currency: "EUR" });
    expect(goal.url).toBe(`http://signpost.test${goal.path}`);
    const link = await create({ title: "Sold" });
    const visitor = { ip: "198.51.100.7", ua: FIREFOX };
    await follow(link, { "cf-connecting-ip": visitor.ip });
    await counted(link, 1);

    const order = { value: 99.99, currency: "USD", order_id: "ORDER-12345", ...visitor };
    const tracked = await convert(goal, order);
    expect(tracked.status).toBe(200);
    expect(json(tracked)).toEqual({
      success: true,
      conversion_id: expect.any(Number) as number,
      attributed: true,
      value: 99.99,
      time_to_convert: expect.stringMatching(/^\d/) as string,
    });
    const again = await convert(goal, order);
    expect([again.status, json(again)]).toEqual([
      409,
      { success: false, error: "Duplicate conversion (same order_id already tracked)" },
    ]);
    const advanced = json(await call("GET", "/analytics/advanced"))["advanced"] as Json;
    expect(advanced["conversion_analysis"]).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ link_id: link.id, clicks: 1, conversion_rate: 100 }),
      ]),
    );
  });

  it("finds the click by the token that went along to the destination", async ({ expect }) => {
    // A workspace of its own: the goal marks the destinations of all links there.
    const bob = await newPerson("bob");
    const goal = await newGoal({ name: "Offer", clickIdParam: "click" }, bob);
    const link = await create({}, undefined, bob);
    const { location = "" } = (await follow(link, { "cf-connecting-ip": "198.51.100.8" })).headers;
    const destination = new URL(location);
    expect(destination.pathname).toBe("/offer");
    const token = destination.searchParams.get("click");
    expect(token).toMatch(/^[\w-]{16,}$/);
    await counted(link, 1, bob);
    const somebodyElse = { ip: "198.51.100.201", ua: "a shop's server" };
    const tracked = await convert(goal, { click_id: token, value: 10, ...somebodyElse });
    expect([tracked.status, json(tracked)]).toMatchObject([200, { attributed: true, value: 10 }]);
  });

  it("counts what it can put down to nothing, for the goal's value", async ({ expect }) => {
    const goal = await newGoal({ name: "Sign-up", value: 12.5 });
    const unattributed = { success: true, attributed: false, value: 12.5, time_to_convert: null };
    for (const body of [{ ip: "198.51.100.200", ua: "nobody" }, { click_id: 999_999_999 }]) {
      const answer = await convert(goal, body);
      expect([answer.status, json(answer)]).toMatchObject([200, unattributed]);
    }
    const unknown = await server.ask("/api/conversions/track/unknown", { method: "POST" });
    expect([unknown.status, json(unknown)]).toEqual([
      404,
      { success: false, error: "Invalid postback token" },
    ]);
  });
});

describe("a token", () => {
  it("begets another, which revokes itself alone", async ({ expect }) => {
    const generated = await call("POST", "/tokens/generate");
    expect(generated.status).toBe(201);
    const { api_token: token } = json(generated);
    const child = { authorization: `Bearer ${String(token)}` };
    const list = async (headers: Bearer) => await server.ask("/api/v1/links", { headers });
    expect((await list(child)).status).toBe(200);
    const revoked = await server.ask("/api/v1/tokens/revoke", { method: "DELETE", headers: child });
    expect(json(revoked)).toEqual({ success: true, message: "API token revoked successfully" });
    const refused = await list(child);
    expect([refused.status, json(refused)]).toMatchObject([401, { success: false }]);
    expect((await list(bearer)).status).toBe(200);
  });
});
