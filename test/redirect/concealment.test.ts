/** What a visitor may not learn from a link, whichever method and path is used. */

import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { BROWSER, follow, recordingRedirect } from "../support/following.ts";
import { insertDomain, insertLink, insertVariant, insertWorkspace } from "../support/link-rows.ts";

const HOUR_MS = 3_600_000;
const WAYS = [
  ["GET", ""],
  ["HEAD", ""],
  ["POST", ""],
  ["GET", "+"],
  ["POST", "+"],
  ["OPTIONS", ""],
  ["PUT", ""],
  ["DELETE", "/qr.svg"],
  ["GET", "."],
  ["OPTIONS", "%2B"],
  ["HEAD", "&a=1"],
  ["GET", "/"],
  ["GET", "/qr.svg"],
  ["GET", "/qr.png"],
  ["HEAD", "/qr.png"],
  ["GET", "/qr.png?size=64"],
  ["GET", "?a=1"],
] as const;

/** All of an answer, to compare two answers by. */
async function contentOf(response: Response): Promise<unknown> {
  return [response.status, Object.fromEntries(response.headers), await response.text()];
}

describe("a link that has not started", () => {
  it.for(WAYS)("answers %s %s as an unknown code does", async ([method, suffix], { expect }) => {
    const { code } = await insertLink({ starts_at_ms: Date.now() + HOUR_MS });
    const { redirect } = recordingRedirect();
    const asked = (path: string) => follow(redirect, `/${path}${suffix}`, { method });
    const early = await contentOf(await asked(code));
    expect(early).toEqual(await contentOf(await asked("never-made")));
  });

  it("answers like that with a password, too", async ({ expect }) => {
    const link = { starts_at_ms: Date.now() + HOUR_MS, password_hash: "x", password_version: 1 };
    const { code } = await insertLink(link);
    const { redirect } = recordingRedirect();
    const asked = (path: string) =>
      follow(redirect, `/${path}`, { method: "POST", body: "password=x" });
    expect(await contentOf(await asked(code))).toEqual(await contentOf(await asked("never-made")));
  });
});

describe("a link that is gone", () => {
  it.for(["/qr.svg", "/qr.png", "+", ""])("answers 410 at %s", async (suffix, { expect }) => {
    for (const gone of [{ archived_at_ms: 1 }, { is_active: 0 }, { ends_at_ms: 1 }] as const) {
      const { code } = await insertLink(gone);
      const response = await follow(recordingRedirect().redirect, `/${code}${suffix}`);
      expect(response.status).toBe(410);
    }
  });
});

describe("a link that leads to itself", () => {
  it("answers 508 and counts no click", async ({ expect }) => {
    const workspace = await insertWorkspace();
    await insertDomain(workspace, "loop.example");
    const link = { domain: "loop.example", code: "loop" };
    await insertLink({ ...link, destination_url: "https://loop.example/loop" }, workspace);
    const { redirect, clicks } = recordingRedirect();
    const response = await follow(redirect, "https://loop.example/loop");
    expect(response.status).toBe(508);
    expect(response.headers.get("Location")).toBeNull();
    expect(clicks).toEqual([]);
  });

  it.for([
    ["with another query", { destination_url: "https://back.example/CODE?round=2" }],
    ["with a fragment", { destination_url: "https://back.example/CODE#round" }],
    ["once it has ended", { expires_at_ms: 1, expired_url: "https://back.example/CODE" }],
    [
      "once its limit is used up",
      { clicks_limit: 0, clicks_limit_since: 1, limit_reached_url: "https://back.example/CODE" },
    ],
  ] as const)("%s answers 508 too", async ([, columns], { expect }) => {
    const workspace = await insertWorkspace();
    const domain = `${crypto.randomUUID()}.example`;
    await insertDomain(workspace, domain);
    const code = "CODE";
    const text = JSON.stringify(columns).replaceAll("back.example", domain);
    await insertLink({ domain, code, ...(JSON.parse(text) as typeof columns) }, workspace);
    const { redirect, clicks } = recordingRedirect();
    const visit = { headers: { "User-Agent": BROWSER } };
    const response = await follow(redirect, `https://${domain}/CODE?first`, visit);
    expect(response.status).toBe(508);
    expect(clicks).toEqual([]);
  });

  it("is told from a link whose code begins alike", async ({ expect }) => {
    const { code } = await insertLink();
    const longer = `https://sign.test/${code}-2`;
    await env.DB.prepare("UPDATE links SET destination_url = ? WHERE code = ?")
      .bind(longer, code)
      .run();
    const response = await follow(recordingRedirect().redirect, `/${code}`);
    expect(response.headers.get("Location")).toBe(longer);
  });
});

describe("a visitor who asks not to be tracked", () => {
  it.for(["Sec-GPC", "DNT"])(
    "gets no cookie from a sticky test with %s",
    async (name, { expect }) => {
      const { id, code } = await insertLink({ ab_enabled: 1, ab_sticky: 1 });
      await insertVariant(id, { public_id: "a", url: "https://example.com/a", weight: 1 });
      const { redirect } = recordingRedirect();
      const tracked = await follow(redirect, `/${code}`, { headers: { "User-Agent": BROWSER } });
      expect(tracked.headers.get("Set-Cookie")).toContain("signpost_variant");
      const headers = { "User-Agent": BROWSER, [name]: "1" };
      const response = await follow(redirect, `/${code}`, { headers });
      expect(response.headers.get("Location")).toBe("https://example.com/a");
      expect(response.headers.get("Set-Cookie")).toBeNull();
    },
  );
});

describe("an address that scans for codes", () => {
  it("is told to wait, and not that a new link does not exist", async ({ expect }) => {
    const { redirect } = recordingRedirect();
    const init = { headers: { "CF-Connecting-IP": "203.0.113.77" } };
    for (let n = 0; n < 200; n += 1) await follow(redirect, `/scan-${n}`, init);
    const { code } = await insertLink();
    const refused = await follow(redirect, `/${code}`, init);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect((await follow(redirect, `/${code}`)).status).toBe(302);
  });
});
