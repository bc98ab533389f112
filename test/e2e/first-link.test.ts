/** The main job over real HTTP: an account, a token, a link, a click, a report. */

import { beforeAll, describe, it, vi } from "vitest";

import { json, signUp } from "./support/account.ts";
import { startServer, type Server } from "./support/server.ts";

const DESTINATION = "https://example.com/welcome?from=signpost#top";

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const PHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

/** What a browser sends when somebody opens a link. */
const NAVIGATION = {
  "user-agent": FIREFOX,
  accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
  "sec-fetch-mode": "navigate",
  "sec-fetch-dest": "document",
  "sec-fetch-site": "none",
};

/** What the local runtime takes for Cloudflare's knowledge of the visitor. */
function visitorFrom(country: string, city: string): Record<string, string> {
  return { "mf-cf-blob": JSON.stringify({ country, city, clientAcceptEncoding: "identity" }) };
}

let server: Server;
let bearer: { authorization: string };

beforeAll(async () => {
  server = await startServer();
  return async () => await server.close();
});

beforeAll(async () => {
  const scopes = ["links:read", "links:create", "links:read:analytics"];
  const { token } = await signUp(server, "Ada", scopes);
  bearer = { authorization: `Bearer ${token}` };
});

async function createLink(shortCode: string): Promise<string> {
  const answer = await server.ask("/api/links", {
    method: "POST",
    headers: bearer,
    body: { destinationUrl: DESTINATION, shortCode },
  });
  if (answer.status !== 201) throw new Error(`link: ${answer.status} ${answer.text}`);
  return String(json(answer)["id"]);
}

describe("a link, from its creation to its report", () => {
  it("leads a browser to its destination at once, and never to a page of ours", async ({
    expect,
  }) => {
    await createLink("browser");
    const answer = await server.ask("/browser", { headers: NAVIGATION });
    expect(answer.status).toBe(302);
    expect(answer.headers.location).toBe(DESTINATION);
    expect(answer.headers["cache-control"]).toContain("no-store");
    expect(answer.text).not.toContain("<html");
  });

  it("is found by a visitor who tried it before it existed", async ({ expect }) => {
    const before = await server.ask("/early", { headers: NAVIGATION });
    expect(before.status).toBe(404);
    await createLink("early");
    await vi.waitFor(
      async () => {
        const after = await server.ask("/early", { headers: NAVIGATION });
        expect(after.headers.location).toBe(DESTINATION);
      },
      { timeout: 5_000, interval: 100 },
    );
  });

  it("answers HEAD with the redirect", async ({ expect }) => {
    await createLink("head");
    const answer = await server.ask("/head", { method: "HEAD", headers: NAVIGATION });
    expect(answer.status).toBe(302);
    expect(answer.headers.location).toBe(DESTINATION);
    expect(answer.text).toBe("");
  });

  it("is beside files that browsers may not take for something else", async ({ expect }) => {
    for (const route of ["/robots.txt", "/favicon.svg", "/.well-known/gpc.json"]) {
      const { status, headers } = await server.ask(route);
      expect([route, status]).toEqual([route, 200]);
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["content-security-policy"]).toContain("default-src 'none'");
      expect(headers["referrer-policy"]).toBe("no-referrer");
    }
    // Not a file: the Worker makes it.
    const security = await server.ask("/.well-known/security.txt");
    expect(security.text).toContain("This link does not exist");
  });

  it("is beside no file of ours on a custom or unknown domain", async ({ expect }) => {
    for (const route of ["/robots.txt", "/favicon.svg"]) {
      const { status, text } = await server.ask(route, { headers: { host: "go.acme.example" } });
      expect([route, status]).toEqual([route, 404]);
      expect(text).toContain("This link does not exist");
    }
  });

  it("has a QR code", async ({ expect }) => {
    await createLink("drawn");
    const answer = await server.ask("/drawn/qr.svg", { headers: NAVIGATION });
    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toContain("image/svg+xml");
  });

  it("shows people's clicks in its report within seconds, and leaves machines out", async ({
    expect,
  }) => {
    const id = await createLink("counted");
    const from = async (headers: Record<string, string>, method = "GET"): Promise<void> => {
      const answer = await server.ask("/counted", { method, headers });
      expect(answer.status).toBe(302);
    };
    await from({ ...NAVIGATION, ...visitorFrom("UA", "Kyiv"), referer: "https://www.news.test/a" });
    await from({ ...NAVIGATION, ...visitorFrom("UA", "Lviv"), "user-agent": PHONE });
    await from({ ...NAVIGATION, ...visitorFrom("NL", "Utrecht") });
    await from({ ...visitorFrom("US", "Ashburn"), "user-agent": "curl/8.14.1" });
    await from({ ...NAVIGATION, ...visitorFrom("US", "Ashburn"), "sec-purpose": "prefetch" });
    await from({ ...NAVIGATION, ...visitorFrom("US", "Ashburn") }, "HEAD");

    await vi.waitFor(
      async () => {
        const report = await server.ask(`/api/analytics/link/${id}?range=7d`, { headers: bearer });
        expect(json(report)).toMatchObject({
          linkId: id,
          totalClicks: 3,
          topCountries: [
            { country: "UA", clicks: 2 },
            { country: "NL", clicks: 1 },
          ],
          topReferrers: expect.arrayContaining([{ referrer: "news.test", clicks: 1 }]) as unknown,
        });
      },
      { timeout: 15_000, interval: 200 },
    );
    const overview = await server.ask("/api/analytics/overview", { headers: bearer });
    expect(json(overview)).toMatchObject({ topLink: { shortCode: "counted", clicks: 3 } });
  });
});

describe("what does not exist", () => {
  it("is a page to a browser", async ({ expect }) => {
    const answer = await server.ask("/nobody-has-this", { headers: NAVIGATION });
    expect(answer.status).toBe(404);
    expect(answer.headers["content-type"]).toContain("text/html");
    expect(answer.text).toContain("<html");
  });

  it("is JSON to whom asks for it", async ({ expect }) => {
    const answer = await server.ask("/nobody-has-this", {
      headers: { accept: "application/json" },
    });
    expect(answer.status).toBe(404);
    expect(answer.headers["content-type"]).toContain("application/json");
    expect(json(answer)).not.toEqual({});
  });

  it("has the API's own shape under /api, signed in or not", async ({ expect }) => {
    const answer = await server.ask("/api/nothing-here", { headers: bearer });
    expect(answer.status).toBe(404);
    expect(json(answer)).toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("what an installation shows to anybody", () => {
  it("tells that it is well", async ({ expect }) => {
    const answer = await server.ask("/api/health");
    expect(answer.status).toBe(200);
    expect(json(answer)).toMatchObject({ status: "ok" });
  });

  it("tells at its root what it is", async ({ expect }) => {
    const answer = await server.ask("/", { headers: NAVIGATION });
    expect(answer.status).toBe(200);
    expect(answer.text).toContain("Signpost");
  });
});
