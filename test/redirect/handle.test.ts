import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { referrerHost } from "../../src/clicks/referrer.ts";
import { BROWSER, follow, recordingRedirect } from "../support/following.ts";
import { insertDomain, insertLink, insertWorkspace } from "../support/link-rows.ts";

const HOUR_MS = 3_600_000;

describe("following a link", () => {
  it("answers 302 with the destination and forbids storing it", async ({ expect }) => {
    const { code } = await insertLink({ destination_url: "https://example.com" });
    const response = await follow(recordingRedirect().redirect, `/${code}`);
    expect(response.status).toBe(302);
    expect(response.headers.get("Location")).toBe("https://example.com/");
    expect(response.headers.get("Cache-Control")).toBe("private, no-store");
    expect(response.headers.get("X-Robots-Tag")).toBe("noindex");
  });

  it.for([301, 302, 307, 308])("uses the link's own status %i", async (status, { expect }) => {
    const { code } = await insertLink({ redirect_status: status });
    const response = await follow(recordingRedirect().redirect, `/${code}`);
    expect(response.status).toBe(status);
    expect(response.headers.get("Cache-Control")).toBe("private, no-store");
  });

  it("distinguishes codes by letter case", async ({ expect }) => {
    const lower = await insertLink({ destination_url: "https://example.com/lower" });
    const upper = await insertLink({
      code: lower.code.toUpperCase(),
      destination_url: "https://example.com/upper",
    });
    const { redirect } = recordingRedirect();
    expect((await follow(redirect, `/${lower.code}`)).headers.get("Location")).toMatch(/lower$/);
    expect((await follow(redirect, `/${upper.code}`)).headers.get("Location")).toMatch(/upper$/);
  });

  it("finds a code in lower case if none has its spelling", async ({ expect }) => {
    const link = await insertLink({ destination_url: "https://example.com/lower" });
    const upper = link.code.toUpperCase();
    const { redirect, clicks } = recordingRedirect();
    const found = await follow(redirect, `/${upper}`);
    expect(found.headers.get("Location")).toBe("https://example.com/lower");
    expect((await follow(redirect, `/${upper}+`)).status).toBe(200);
    expect((await follow(redirect, `/${upper}/qr.svg`)).status).toBe(200);
    expect((await follow(redirect, `/${upper}`, { method: "HEAD" })).status).toBe(302);
    expect(clicks.map(({ linkId }) => linkId)).toEqual([link.id, link.id]);
    const mixed = await insertLink({ code: `${link.code}-Mixed` });
    expect((await follow(redirect, `/${mixed.code.toLowerCase()}`)).status).toBe(404);
  });

  it.for([
    (code: string) => `/${code}.`,
    (code: string) => `https://sign.test//${code}`,
    (code: string) => `/${code.toUpperCase()}%E2%80%8B`,
    (code: string) => `/%${code.codePointAt(0)?.toString(16)}${code.slice(1)},`,
  ])("answers and counts a pasted code like the code: %s", async (pasted, { expect }) => {
    const link = await insertLink({ destination_url: "https://example.com/meant" });
    const { redirect, clicks } = recordingRedirect();
    const exact = await follow(redirect, `/${link.code}`);
    const found = await follow(redirect, pasted(link.code));
    expect(found.status).toBe(exact.status);
    expect([...found.headers]).toEqual([...exact.headers]);
    const [first, second] = clicks;
    expect({ ...second, atMs: 0 }).toEqual({ ...first, atMs: 0 });
  });

  it("asks at most twice for a code that nothing has", async ({ expect }) => {
    const { redirect } = recordingRedirect();
    let asked = 0;
    const counting = new Proxy(env.ROUTES, {
      get(routes, name) {
        if (name !== "get") return Reflect.get(routes, name) as unknown;
        return (...key: Parameters<KVNamespace["get"]>) => {
          asked += 1;
          return routes.get(...key);
        };
      },
    });
    const environment = { ...env, ROUTES: counting };
    expect((await follow(redirect, "/(No-Such-Code)", {}, environment)).status).toBe(404);
    expect(asked).toBe(2);
    expect((await follow(redirect, "/no-such-code-either.", {}, environment)).status).toBe(404);
    expect(asked).toBe(3);
  });

  it("answers HEAD like GET, and accepts a trailing slash", async ({ expect }) => {
    const { code } = await insertLink();
    const { redirect, clicks } = recordingRedirect();
    const head = await follow(redirect, `/${code}`, { method: "HEAD" });
    expect(head.status).toBe(302);
    expect(head.headers.get("Location")).toBe("https://example.com/landing");
    expect((await follow(redirect, `/${code}/`)).status).toBe(302);
    expect(clicks.map(({ visitor }) => visitor.kind)).toEqual(["head", "visit"]);
  });

  it.for(["POST", "PUT", "DELETE", "OPTIONS"])(
    "refuses %s with 405",
    async (method, { expect }) => {
      const { code } = await insertLink();
      const { redirect, clicks } = recordingRedirect();
      const response = await follow(redirect, `/${code}`, { method });
      expect(response.status).toBe(405);
      expect(response.headers.get("Allow")).toBe("GET, HEAD");
      expect(clicks).toEqual([]);
    },
  );

  it("treats the other default hosts like that of PUBLIC_URL", async ({ expect }) => {
    const { code } = await insertLink();
    const { redirect } = recordingRedirect();
    for (const host of [
      "localhost:8787",
      "127.0.0.1:8787",
      "signpost.someone.workers.dev",
      "sign.test.",
    ]) {
      expect((await follow(redirect, `https://${host}/${code}`)).status, host).toBe(302);
    }
  });

  it("never falls back from another host to the default domain's links", async ({ expect }) => {
    const { code } = await insertLink();
    const workspaceId = await insertWorkspace();
    const columns = { domain: "go.acme.test", destination_url: "https://acme.test/" };
    const own = await insertLink(columns, workspaceId);
    const { redirect } = recordingRedirect();
    expect((await follow(redirect, `https://go.acme.test/${code}`)).status).toBe(404);
    expect((await follow(redirect, `https://sign.test/${own.code}`)).status).toBe(404);
    expect((await follow(redirect, `https://go.acme.test/${own.code}`)).status).toBe(404);

    await insertDomain(workspaceId, "go.acme.test");
    const found = await follow(recordingRedirect().redirect, `https://go.acme.test/${own.code}`);
    expect(found.headers.get("Location")).toBe("https://acme.test/");
  });

  it("shows the destination, and counts no click, for a code with a plus", async ({ expect }) => {
    const { code } = await insertLink({ destination_url: 'https://example.com/?q="<b>' });
    const { redirect, clicks } = recordingRedirect();
    const response = await follow(redirect, `/${code}+`);
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(html).toContain("https://example.com/?q=%22%3Cb%3E");
    expect(response.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
    expect(response.headers.get("Referrer-Policy")).toBe("no-referrer");
    expect(clicks).toEqual([]);
  });
});

describe("a link that does not redirect", () => {
  const now = Date.now();
  it.for([
    ["inactive", { is_active: 0 as const }, 410],
    ["archived", { archived_at_ms: now }, 410],
    ["suspended", { suspended_at_ms: now }, 410],
    ["expired", { expires_at_ms: now - HOUR_MS }, 410],
    ["ended", { ends_at_ms: now - HOUR_MS }, 410],
    ["not yet started", { starts_at_ms: now + HOUR_MS }, 404],
  ] as const)("is %s", async ([, columns, status], { expect }) => {
    const { code } = await insertLink(columns);
    const { redirect, clicks } = recordingRedirect();
    const response = await follow(redirect, `/${code}`);
    expect(response.status).toBe(status);
    expect(response.headers.get("Location")).toBeNull();
    expect(response.headers.get("Cache-Control")).toBe("private, no-store");
    expect(clicks).toEqual([]);
  });

  it("leads to its expiredUrl if it has one, which is not a click", async ({ expect }) => {
    const { code } = await insertLink({
      expires_at_ms: now - HOUR_MS,
      expired_url: "https://example.com/over",
    });
    const { redirect, clicks } = recordingRedirect();
    const response = await follow(redirect, `/${code}`);
    expect(response.status).toBe(302);
    expect(response.headers.get("Location")).toBe("https://example.com/over");
    expect(clicks).toEqual([]);
  });

  it("answers the same for an unknown code and a link that has not started", async ({ expect }) => {
    const { code } = await insertLink({ starts_at_ms: now + HOUR_MS });
    const { redirect } = recordingRedirect();
    const unbegun = await follow(redirect, `/${code}`);
    const unknown = await follow(redirect, "/nobody-has-this");
    expect(await unbegun.text()).toBe(await unknown.text());
    expect([...unbegun.headers]).toEqual([...unknown.headers]);
  });

  it("answers HTML to browsers, and JSON to clients that ask for it", async ({ expect }) => {
    const { redirect } = recordingRedirect();
    const html = await follow(redirect, "/unknown-1", { headers: { Accept: "text/html,*/*" } });
    expect(html.headers.get("Content-Type")).toContain("text/html");
    expect(await html.text()).toContain("<h1>This link does not exist</h1>");
    const json = await follow(redirect, "/unknown-1", { headers: { Accept: "application/json" } });
    expect(json.status).toBe(404);
    expect(await json.json()).toMatchObject({ code: "NOT_FOUND" });
  });

  it.for([
    "/..",
    "/%2e%2e",
    "/sp%20ace",
    "/%00",
    "/emoji-%F0%9F%98%80",
    "/+",
    "https://sign.test//",
    "/index.html",
    `/long-${"a".repeat(600)}`,
  ])("answers 404 without asking KV or D1 for %s", async (path, { expect }) => {
    const { redirect } = recordingRedirect();
    const never = new Proxy({} as KVNamespace & D1Database, {
      get: () => () => {
        throw new Error("asked");
      },
    });
    const response = await follow(redirect, path, {}, { ...env, ROUTES: never, DB: never });
    expect(response.status).toBe(404);
  });
});

describe("the query of the visitor", () => {
  it("is dropped unless the link forwards it", async ({ expect }) => {
    const { code } = await insertLink({ destination_url: "https://example.com/?sig=1" });
    const response = await follow(recordingRedirect().redirect, `/${code}?fbclid=x`);
    expect(response.headers.get("Location")).toBe("https://example.com/?sig=1");
  });

  it("is added to the destination's own query, which wins", async ({ expect }) => {
    const { code } = await insertLink({
      destination_url: "https://example.com/?a=1#part",
      forward_query: 1,
    });
    const response = await follow(recordingRedirect().redirect, `/${code}?a=2&b=3&b=4&qr=1`);
    expect(response.headers.get("Location")).toBe("https://example.com/?a=1&b=3&b=4#part");
  });
});

describe("the query of a pasted code", () => {
  it("is forwarded, and tells a scan, though it stands in the path", async ({ expect }) => {
    const { code } = await insertLink({
      destination_url: "https://example.com/m?sig=x~y'z&u=a;b",
      forward_query: 1,
    });
    const { redirect, clicks } = recordingRedirect();
    const response = await follow(redirect, `/${code}&utm_source=x&qr=1?ref=a%20b&flag`);
    expect(response.headers.get("Location")).toBe(
      "https://example.com/m?sig=x~y%27z&u=a;b&utm_source=x&ref=a%20b&flag",
    );
    expect(clicks.map(({ scan }) => scan)).toEqual([true]);
  });

  it("answers 508 if the link leads to what was pasted", async ({ expect }) => {
    const { code } = await insertLink();
    await env.DB.prepare("UPDATE links SET destination_url = ?1 WHERE code = ?2")
      .bind(`https://sign.test/${code}.`, code)
      .run();
    const { redirect } = recordingRedirect();
    expect((await follow(redirect, `/${code}.`)).status).toBe(508);
  });
});

describe("what a click records", () => {
  it("is the request's data as sent", async ({ expect }) => {
    const link = await insertLink();
    const { redirect, clicks } = recordingRedirect();
    await follow(redirect, `/${link.code}?qr=1`, {
      headers: {
        "User-Agent": BROWSER,
        Referer: "https://www.news.example/story?id=7",
        "CF-Connecting-IP": "203.0.113.7",
      },
      cf: { country: "NL", city: "Utrecht" } as IncomingRequestCfProperties,
    });
    expect(clicks).toMatchObject([
      {
        ledger: link.ledger,
        linkId: link.id,
        scan: true,
        visitor: {
          address: "203.0.113.7",
          country: "NL",
          city: "Utrecht",
          referer: "https://www.news.example/story?id=7",
          userAgent: BROWSER,
          kind: "visit",
          optedOut: false,
        },
      },
    ]);
  });

  it.for([
    [{ "Sec-Purpose": "prefetch;prerender" }, "prefetch"],
    [{ Purpose: "prefetch" }, "prefetch"],
    [{ "X-Moz": "prefetch" }, "prefetch"],
    [{ "X-Purpose": "preview" }, "prefetch"],
    [{ "X-Purpose": "prefetch" }, "prefetch"],
    [{ "Sec-Purpose": "", Purpose: "prefetch" }, "prefetch"],
    [{ Purpose: "", "X-Moz": "prefetch" }, "prefetch"],
    [{ "Sec-Purpose": "other", Purpose: "prefetch" }, "prefetch"],
    [{ "Sec-Purpose": "other" }, "visit"],
    [{}, "visit"],
  ] as const)("recognises a prefetch by its header %o", async ([headers, kind], { expect }) => {
    const { code } = await insertLink();
    const { redirect, clicks } = recordingRedirect();
    await follow(redirect, `/${code}`, { headers });
    expect(clicks[0]?.visitor.kind).toBe(kind);
  });

  it.for([{ "Sec-GPC": "1" }, { DNT: "1" }])(
    "notes the opt-out %o",
    async (headers, { expect }) => {
      const { code } = await insertLink();
      const { redirect, clicks } = recordingRedirect();
      await follow(redirect, `/${code}`, { headers });
      expect(clicks[0]?.visitor.optedOut).toBe(true);
    },
  );

  it("truncates a user agent of 16 kB to 512 characters", async ({ expect }) => {
    const { code } = await insertLink();
    const { redirect, clicks } = recordingRedirect();
    await follow(redirect, `/${code}`, { headers: { "User-Agent": "x".repeat(16_000) } });
    expect(clicks[0]?.visitor.userAgent).toHaveLength(512);
  });

  it("truncates a referrer of 16 kB but keeps its host", async ({ expect }) => {
    const { redirect, clicks } = recordingRedirect();
    const { code } = await insertLink();
    const Referer = `https://www.news.example/${"a".repeat(16_000)}`;
    await follow(redirect, `/${code}`, { headers: { Referer } });
    const referer = clicks[0]?.visitor.referer ?? null;
    expect(referer).toHaveLength(512);
    expect(referrerHost(referer)).toBe("news.example");
  });
});
