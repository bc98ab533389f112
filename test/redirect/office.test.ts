import { describe, it } from "vitest";

import { BROWSER, follow, recordingRedirect } from "../support/following.ts";
import { insertLink } from "../support/link-rows.ts";

const DESTINATION = "https://example.com/secret?a=1&b='2'";
const OFFICE = [
  "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
  "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Word 16.0.4266; Pro)",
  "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Win64; x64; Trident/7.0; .NET4.0E; MSOffice 12)",
  "Microsoft Office Protocol Discovery",
];
const as = (userAgent: string, method = "GET") => ({
  method,
  headers: { "User-Agent": userAgent },
});

describe("Office, which asks before the browser does", () => {
  it.for(OFFICE)("gets a page that leads on, and is not counted: %s", async (agent, { expect }) => {
    const { code } = await insertLink({ destination_url: DESTINATION, forward_query: 1 });
    const { redirect, clicks } = recordingRedirect();
    const response = await follow(redirect, `/${code}?ref=mail`, as(agent));
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get("Location")).toBeNull();
    expect(response.headers.get("Set-Cookie")).toBeNull();
    const shown = "https://example.com/secret?a=1&#38;b=%272%27&#38;ref=mail";
    expect(html).toContain(`<meta http-equiv="refresh" content="0;url=${shown}">`);
    expect(html).toContain(`href="${shown}"`);
    expect((await follow(redirect, `/${code}`, as(agent, "HEAD"))).status).toBe(200);
    expect(clicks).toEqual([]);
    expect((await follow(redirect, `/${code}`, as(BROWSER))).status).toBe(302);
    expect(clicks).toHaveLength(1);
  });

  it.for([
    ["with a click limit", { clicks_limit: 1, clicks_limit_since: 1 }],
    ["with a password", { password_hash: "$scrypt$none", password_version: 1 }],
  ] as const)("learns nothing of a link %s", async ([, columns], { expect }) => {
    const { code } = await insertLink({ destination_url: DESTINATION, ...columns });
    const { redirect, clicks } = recordingRedirect();
    for (const [agent = ""] of [OFFICE.slice(0, 1), OFFICE.slice(1, 2)]) {
      for (const suffix of ["", "+", "?qr=1"]) {
        const response = await follow(redirect, `/${code}${suffix}`, as(agent));
        const html = await response.text();
        expect(response.status).toBe(200);
        expect(html).not.toContain("example.com");
        expect(html).not.toContain("http-equiv");
        expect(html).toContain(`href="https://sign.test/${code}${suffix}"`);
      }
    }
    expect(clicks).toEqual([]);
    const status = "clicks_limit" in columns ? 302 : 401;
    expect((await follow(redirect, `/${code}`, as(BROWSER))).status).toBe(status);
  });

  it("is led to the expiredUrl of a link that has ended, and to none that is gone", async ({
    expect,
  }) => {
    const over = { expires_at_ms: Date.now() - 1_000 };
    const ended = await insertLink({ ...over, expired_url: "https://example.com/over" });
    const gone = await insertLink(over);
    const { redirect } = recordingRedirect();
    const [agent = ""] = OFFICE;
    const response = await follow(redirect, `/${ended.code}`, as(agent));
    expect(await response.text()).toContain("0;url=https://example.com/over");
    expect((await follow(redirect, `/${gone.code}`, as(agent))).status).toBe(410);
    expect((await follow(redirect, "/no-such-office", as(agent))).status).toBe(404);
  });

  it("is told of a link that leads to itself", async ({ expect }) => {
    const code = `office-loop-${Date.now()}`;
    await insertLink({ code, destination_url: `https://sign.test/${code}` });
    const [agent = ""] = OFFICE;
    expect((await follow(recordingRedirect().redirect, `/${code}`, as(agent))).status).toBe(508);
  });
});
