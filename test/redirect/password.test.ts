import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import { HASHES_WAITING_MAX, inTurn, usage } from "../../src/platform/hash-turns.ts";
import type { Redirect } from "../../src/redirect/handle.ts";
import { askPassword, type VerifyPassword } from "../../src/redirect/password.ts";
import { broken, counted, envWith } from "../support/faults.ts";
import { BROWSER, follow, recordingRedirect } from "../support/following.ts";
import { insertLink, type LinkColumns, type LinkRow } from "../support/link-rows.ts";

const DESTINATION = "https://example.com/secret-place";
/** The hash of "open sesame", at a low cost, since there are dozens of attempts. */
const HASH =
  "$scrypt$ln=4,r=1,p=1$dGVzdC1zYWx0LTE2Ynl0ZQ$PH0i5l3pfh7i1MYcrOt9ujshX+IpI1C+/HU915ZpkAY";

function lockedLink(columns: LinkColumns = {}): Promise<LinkRow> {
  return insertLink({
    destination_url: DESTINATION,
    password_hash: HASH,
    password_version: 1,
    ...columns,
  });
}

/** Returns an address that no test has used, so that none is limited by another's attempts. */
function newAddress(): string {
  const [a, b, c] = crypto.getRandomValues(new Uint16Array(3));
  return `2001:db8:${[a, b].map((part) => part?.toString(16)).join(":")}::${c?.toString(16)}`;
}

function enter(
  redirect: Redirect,
  path: string,
  password: string,
  { address = newAddress(), environment = env, headers = {} }: Entering = {},
): Promise<Response> {
  const body = new URLSearchParams({ password });
  const sent = { "User-Agent": BROWSER, "CF-Connecting-IP": address, ...headers };
  return follow(redirect, path, { method: "POST", body, headers: sent }, environment);
}

interface Entering {
  readonly address?: string;
  readonly environment?: Cloudflare.Env;
  readonly headers?: Record<string, string>;
}

function cookieOf(response: Response): string {
  return (response.headers.get("Set-Cookie") ?? "").split(";", 1)[0] ?? "";
}

describe("a link with a password", () => {
  it.for([
    "Application/X-WWW-Form-URLEncoded",
    "application/x-www-form-urlencoded;charset=UTF-8",
    "APPLICATION/X-WWW-FORM-URLENCODED ; charset=utf-8",
  ])("reads a form of the type %s", async (type, { expect }) => {
    const { code } = await lockedLink();
    const response = await follow(recordingRedirect().redirect, `/${code}`, {
      method: "POST",
      body: "password=open+sesame",
      headers: { "Content-Type": type, "CF-Connecting-IP": newAddress() },
    });
    expect(response.headers.get("Location")).toBe(DESTINATION);
  });

  it("keeps for its click where the visitor was before the password was asked for", async ({
    expect,
  }) => {
    const { code } = await lockedLink();
    const { redirect, clicks } = recordingRedirect();
    const Referer = "https://www.News.example/story?id=7";
    const asked = await follow(redirect, `/${code}`, {
      headers: { Referer, "User-Agent": BROWSER },
    });
    const field = '<input type="hidden" name="from" value="news.example"></form>';
    expect(await asked.text()).toContain(field);
    const submit = (password: string) =>
      follow(redirect, `/${code}`, {
        method: "POST",
        body: new URLSearchParams({ password, from: "news.example" }),
        headers: { "User-Agent": BROWSER, "CF-Connecting-IP": newAddress() },
      });
    expect(await (await submit("guess")).text()).toContain(field);
    expect((await submit("open sesame")).status).toBe(303);
    expect(clicks.map(({ visitor }) => visitor.referer)).toEqual(["https://news.example/"]);
    const next = await follow(redirect, `/${code}`, { headers: { "User-Agent": BROWSER } });
    expect(await next.text()).not.toContain("news.example");
  });

  it.for([
    "https://a.example&quot;><script>",
    'android-app://a"><b>',
    "android-app://com.Example.App/",
    "data:text/html,<script>",
  ])("writes no markup of a visitor into its form: %s", async (Referer, { expect }) => {
    const { code } = await lockedLink();
    const { redirect } = recordingRedirect();
    const html = await (await follow(redirect, `/${code}`, { headers: { Referer } })).text();
    const [, from] = /name="from" value="([^>]*)">/.exec(html) ?? [];
    expect(from ?? "com.example.app").toBe("com.example.app");
    expect(html).not.toContain("<script>");
    expect(html).not.toContain("<b>");
  });

  it("names POST among its methods, and an open link does not", async ({ expect }) => {
    const locked = await lockedLink();
    const open = await insertLink();
    const { redirect } = recordingRedirect();
    const allowed = async (path: string, method = "OPTIONS") => {
      const { status, headers } = await follow(redirect, path, { method });
      return [status, headers.get("Allow")];
    };
    expect(await allowed(`/${locked.code}`)).toEqual([405, "GET, HEAD, POST"]);
    expect(await allowed(`/${locked.code}`, "DELETE")).toEqual([405, "GET, HEAD, POST"]);
    expect(await allowed(`/${locked.code}/qr.svg`, "POST")).toEqual([405, "GET, HEAD"]);
    expect(await allowed(`/${open.code}`)).toEqual([405, "GET, HEAD"]);
    expect(await allowed("/no-such-method", "PUT")).toEqual([404, null]);
  });

  it("shows a form without the destination, and counts no click", async ({ expect }) => {
    const { code } = await lockedLink();
    const { redirect, clicks } = recordingRedirect();
    for (const path of [`/${code}`, `/${code}+`]) {
      const response = await follow(redirect, path, { headers: { "User-Agent": BROWSER } });
      const html = await response.text();
      expect(response.status).toBe(401);
      expect(html).toContain('type="password"');
      expect(html + JSON.stringify([...response.headers])).not.toContain("example.com");
    }
    expect(clicks).toEqual([]);
  });

  it("answers JSON to clients that ask for it", async ({ expect }) => {
    const { code } = await lockedLink();
    const { redirect } = recordingRedirect();
    const response = await follow(redirect, `/${code}`, {
      headers: { Accept: "application/json" },
    });
    expect(await response.json()).toMatchObject({ code: "PASSWORD_REQUIRED" });
  });

  it("redirects after the right password with 303, even if its status is 307", async ({
    expect,
  }) => {
    const { code, id } = await lockedLink({ redirect_status: 307 });
    const { redirect, clicks } = recordingRedirect();
    const response = await enter(redirect, `/${code}`, "open sesame");
    expect(response.status).toBe(303);
    expect(response.headers.get("Location")).toBe(DESTINATION);
    expect(response.headers.get("Set-Cookie")).toMatch(
      new RegExp(
        `^__Host-signpost_link_${id}=1\\.\\d+\\.[0-9a-f]{64}; Path=/; Max-Age=1800; HttpOnly; SameSite=Lax; Secure$`,
      ),
    );
    expect(clicks).toHaveLength(1);

    const again = await follow(redirect, `/${code}`, { headers: { Cookie: cookieOf(response) } });
    expect([again.status, again.headers.get("Location")]).toEqual([307, DESTINATION]);
  });

  it("counts a visitor once who comes back or enters the password twice", async ({ expect }) => {
    const { code } = await lockedLink();
    const { redirect, clicks } = recordingRedirect();
    const headers = { Cookie: cookieOf(await enter(redirect, `/${code}`, "open sesame")) };
    for (const method of ["GET", "HEAD"]) {
      const again = await follow(redirect, `/${code}`, { method, headers });
      expect(again.headers.get("Location")).toBe(DESTINATION);
    }
    const next = await enter(redirect, `/${code}`, "open sesame", { headers });
    expect([next.status, next.headers.get("Set-Cookie")]).toEqual([303, expect.any(String)]);
    expect(clicks).toHaveLength(1);

    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 31 * 60_000 });
    await enter(redirect, `/${code}`, "open sesame", { headers });
    vi.useRealTimers();
    expect(clicks).toHaveLength(2);
  });

  it("counts each visit that uses up a click of its limit", async ({ expect }) => {
    const { code } = await lockedLink({ clicks_limit: 2, clicks_limit_since: 1 });
    const { redirect, clicks } = recordingRedirect();
    const headers = {
      "User-Agent": BROWSER,
      Cookie: cookieOf(await enter(redirect, `/${code}`, "open sesame")),
    };
    expect((await follow(redirect, `/${code}`, { headers })).status).toBe(302);
    expect((await follow(redirect, `/${code}`, { headers })).status).toBe(410);
    expect(clicks).toHaveLength(2);
  });

  it("leads by the referrer and the query of the visit, whose page asked for the password", async ({
    expect,
  }) => {
    const byReferrer = {
      id: "news",
      targetUrl: "https://example.com/news",
      referrers: ["news.example"],
    };
    const byQuery = { id: "ad", targetUrl: "https://example.com/ad", queryParams: ["from=ad"] };
    const { code } = await lockedLink({
      rules: JSON.stringify([byReferrer, byQuery].map((rule) => ({ name: null, ...rule }))),
      forward_query: 1,
    });
    const { redirect, clicks } = recordingRedirect();
    const asked = await follow(redirect, `/${code}?from=ad&x=1`);
    // Without an action, a form is sent to the address of its page.
    expect(await asked.text()).toContain('<form method="post">');
    const submit = async (path: string, from: string) => {
      const response = await follow(redirect, path, {
        method: "POST",
        body: new URLSearchParams({ password: "open sesame", from }),
        headers: { "User-Agent": BROWSER, "CF-Connecting-IP": newAddress() },
      });
      return response.headers.get("Location") ?? response.text();
    };
    expect(await submit(`/${code}`, "l.news.example")).toBe("https://example.com/news");
    expect(await submit(`/${code}?from=ad&x=1`, "")).toBe("https://example.com/ad?from=ad&x=1");
    expect(await submit(`/${code}`, "other.example")).toBe(DESTINATION);
    expect(clicks.map(({ rule }) => rule)).toEqual(["news", "ad", "default"]);
    expect(await submit(`/${code}+`, "news.example")).toContain("https://example.com/news");
  });

  it("refuses a wrong password, and a body that is no form", async ({ expect }) => {
    const { code } = await lockedLink();
    const { redirect, clicks } = recordingRedirect();
    const wrong = await enter(redirect, `/${code}`, "guess");
    expect([wrong.status, wrong.headers.get("Set-Cookie")]).toEqual([403, null]);
    for (const body of ['{"password":"open sesame"}', "x".repeat(10_000)]) {
      const response = await follow(redirect, `/${code}`, { method: "POST", body });
      expect(response.status).toBe(401);
    }
    expect(clicks).toEqual([]);
  });

  it("omits the cookie's prefix without https", async ({ expect }) => {
    const { code, id } = await lockedLink();
    const response = await enter(
      recordingRedirect().redirect,
      `http://localhost:8787/${code}`,
      "open sesame",
    );
    expect(response.headers.get("Set-Cookie")).toMatch(new RegExp(`^signpost_link_${id}=`));
    expect(response.headers.get("Set-Cookie")).not.toContain("Secure");
  });

  it("does not ask for the password if it has expired", async ({ expect }) => {
    const { code } = await lockedLink({ expires_at_ms: 1 });
    expect((await follow(recordingRedirect().redirect, `/${code}`)).status).toBe(410);
  });

  it("asks for the password before it counts towards a click limit", async ({ expect }) => {
    const { code } = await lockedLink({ clicks_limit: 1, clicks_limit_since: 1 });
    const { redirect } = recordingRedirect();
    for (let n = 0; n < 3; n += 1) {
      expect(
        (await follow(redirect, `/${code}`, { headers: { "User-Agent": BROWSER } })).status,
      ).toBe(401);
    }
    expect((await enter(redirect, `/${code}`, "open sesame")).status).toBe(303);
    expect((await enter(redirect, `/${code}`, "open sesame")).status).toBe(410);
  });

  it("asks for it before it leads to the limitReachedUrl", async ({ expect }) => {
    const { code } = await lockedLink({
      clicks_limit: 0,
      clicks_limit_since: 1,
      limit_reached_url: "https://example.com/over",
    });
    const { redirect } = recordingRedirect();
    expect((await follow(redirect, `/${code}`)).headers.get("Location")).toBeNull();
    const response = await enter(redirect, `/${code}`, "open sesame");
    expect(response.status).toBe(303);
    expect(response.headers.get("Location")).toBe("https://example.com/over");
  });
});

describe("the cookie of a password", () => {
  it("unlocks no other link", async ({ expect }) => {
    const [one, other] = [await lockedLink(), await lockedLink()];
    const { redirect } = recordingRedirect();
    const cookie = cookieOf(await enter(redirect, `/${one.code}`, "open sesame"));
    const renamed = cookie.replace(`link_${one.id}`, `link_${other.id}`);
    for (const Cookie of [cookie, renamed]) {
      expect((await follow(redirect, `/${other.code}`, { headers: { Cookie } })).status).toBe(401);
    }
  });

  it("becomes invalid when the password changes", async ({ expect }) => {
    const { code, id } = await lockedLink();
    const Cookie = cookieOf(await enter(recordingRedirect().redirect, `/${code}`, "open sesame"));
    await env.DB.prepare("UPDATE links SET password_version = 2, version = 2 WHERE id = ?1")
      .bind(id)
      .run();
    await env.ROUTES.delete(`@/${code}`);
    const { redirect } = recordingRedirect();
    expect((await follow(redirect, `/${code}`, { headers: { Cookie } })).status).toBe(401);
  });

  it.for(["=1.9999999999999.00", "=", "=2.1.aa; x=y"])(
    "cannot be forged: %s",
    async (value, { expect }) => {
      const { code, id } = await lockedLink();
      const Cookie = `__Host-signpost_link_${id}${value}`;
      expect(
        (await follow(recordingRedirect().redirect, `/${code}`, { headers: { Cookie } })).status,
      ).toBe(401);
    },
  );
});

describe("guessing", () => {
  it("is limited to five of twenty concurrent attempts, then told when to retry", async ({
    expect,
  }) => {
    const { code } = await lockedLink();
    const { redirect } = recordingRedirect();
    const address = newAddress();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => enter(redirect, `/${code}`, `guess ${n}`, { address })),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 403)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(15);
    const blocked = answers.find(({ status }) => status === 429);
    expect(Number(blocked?.headers.get("Retry-After"))).toBeGreaterThanOrEqual(1);
  });

  it("counts as one visitor's under changing user agents", async ({ expect }) => {
    const { code } = await lockedLink();
    const { redirect } = recordingRedirect();
    const address = newAddress();
    const statuses: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      const headers = { "User-Agent": `Agent/${n}` };
      statuses.push((await enter(redirect, `/${code}`, "guess", { address, headers })).status);
    }
    expect(statuses.slice(5)).toEqual([429, 429, 429]);
  });

  it.for(["LINK_GATE", "ADDRESS_GATE"] as const)(
    "is not possible while %s is down",
    async (name, { expect }) => {
      const { code } = await lockedLink();
      const environment = envWith({ [name]: broken(env[name]) });
      const { redirect } = recordingRedirect();
      const response = await enter(redirect, `/${code}`, "open sesame", { environment });
      expect(response.status).toBe(503);
    },
  );

  it("has one allowance for an address and its neighbours, over all links", async ({ expect }) => {
    const links = await Promise.all(Array.from({ length: 8 }, () => lockedLink()));
    const { redirect } = recordingRedirect();
    const network = newAddress().replace(/::.*/, "");
    const hashes = usage.hashes;
    const statuses: number[] = [];
    for (const [n, { code }] of links.entries()) {
      const address = `${network}::${n + 1}`;
      statuses.push((await enter(redirect, `/${code}`, "guess", { address })).status);
    }
    expect(statuses).toEqual([403, 403, 403, 403, 403, 429, 429, 429]);
    expect(usage.hashes - hashes).toBe(5);
    // Nothing of what was refused was counted against the link.
    const last = links[7]?.code ?? "";
    const others = await Promise.all(
      Array.from({ length: 5 }, () => enter(redirect, `/${last}`, "open sesame")),
    );
    expect(others.map(({ status }) => status)).toEqual([303, 303, 303, 303, 303]);
  });

  it("gains nothing from a link whose password is known", async ({ expect }) => {
    const [own, other] = [await lockedLink(), await lockedLink()];
    const { redirect } = recordingRedirect();
    const address = newAddress();
    const statuses: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      await enter(redirect, `/${own.code}`, "open sesame", { address });
      statuses.push((await enter(redirect, `/${other.code}`, "guess", { address })).status);
    }
    expect(statuses.filter((status) => status === 403)).toHaveLength(5);
  });

  it("by forty addresses on one link hashes five, and a true visitor still gets in", async ({
    expect,
  }) => {
    const link = await lockedLink();
    const { redirect } = recordingRedirect();
    const hashes = usage.hashes;
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) => enter(redirect, `/${link.code}`, `guess ${n}`)),
    );
    const allowed = answers.filter(({ status }) => status === 403).length;
    const refused = answers.filter(({ status }) => status === 429).length;
    // One more for each second that they took.
    expect([allowed >= 5, allowed <= 10, allowed + refused]).toEqual([true, true, 40]);
    expect(usage.hashes - hashes).toBe(allowed);

    const address = newAddress();
    const first = await enter(redirect, `/${link.code}`, "open sesame", { address });
    expect(first.status).toBe(429);
    const waitMs = Number(first.headers.get("Retry-After")) * 1_000;
    expect(waitMs).toBeLessThanOrEqual(60_000);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + waitMs });
    const second = await enter(redirect, `/${link.code}`, "open sesame", { address });
    vi.useRealTimers();
    expect(second.status).toBe(303);
  });

  it("asks no gate for links without a password", async ({ expect }) => {
    const { code } = await insertLink();
    const gates = counted(env.ADDRESS_GATE, "getByName");
    const environment = envWith({ ADDRESS_GATE: gates.binding });
    const { redirect } = recordingRedirect();
    expect((await follow(redirect, `/${code}`, {}, environment)).status).toBe(302);
    expect(gates.calls()).toBe(0);
  });

  it("waits, and counts nothing, while too many passwords are compared", async ({ expect }) => {
    const { code } = await lockedLink();
    const { redirect } = recordingRedirect();
    const address = newAddress();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const others = Array.from({ length: HASHES_WAITING_MAX + 1 }, () => inTurn(() => held));
    const busy = await enter(redirect, `/${code}`, "guess", { address });
    expect([busy.status, busy.headers.get("Retry-After")]).toEqual([503, "2"]);
    release();
    await Promise.all(others);
    const statuses: number[] = [];
    for (let n = 0; n < 6; n += 1) {
      statuses.push((await enter(redirect, `/${code}`, "guess", { address })).status);
    }
    expect(statuses).toEqual([403, 403, 403, 403, 403, 429]);
  });
});

describe("a password that was removed while its form was open", () => {
  it("lets any entered password pass", async ({ expect }) => {
    const link = await lockedLink();
    const { redirect } = recordingRedirect();
    await follow(redirect, `/${link.code}`);
    await env.DB.prepare("UPDATE links SET password_hash = NULL WHERE id = ?1").bind(link.id).run();
    expect((await enter(redirect, `/${link.code}`, "anything")).status).toBe(303);
  });
});

describe("the comparison", () => {
  it("receives the password exactly as typed", async ({ expect }) => {
    const typed: string[] = [];
    const verify: VerifyPassword = async (password) => {
      typed.push(password);
      return false;
    };
    const { code, id, uuid, ledger } = await lockedLink();
    const url = new URL(`https://sign.test/${code}`);
    const request = new Request(url, {
      method: "POST",
      body: new URLSearchParams({ password: " é+&=漢 " }),
    });
    const record = {
      schema: 1,
      linkId: id,
      uuid,
      version: 1,
      ledger,
      destination: DESTINATION,
      password: 1,
    } as const;
    const visitor = {
      address: newAddress(),
      country: null,
      city: null,
      referer: null,
      userAgent: BROWSER,
      hints: null,
      timezone: null,
      kind: "visit",
      optedOut: false,
      excluded: false,
    } as const;
    const address = { domain: "", code };
    await askPassword(env, { request, url, address, record, visitor, nowMs: Date.now() }, verify);
    expect(typed).toEqual([" é+&=漢 "]);
  });
});

describe("UTM parameters", () => {
  it("UTM parameters are added to every destination of a link, whose own parameters win", async ({
    expect,
  }) => {
    const utm_params = JSON.stringify({ utm_source: "mail", utm_medium: "email" });
    const plain = await insertLink({
      destination_url: "https://example.com/?utm_source=own#x",
      utm_params,
    });
    const rules = JSON.stringify([
      { id: "r", name: null, targetUrl: "https://example.com/r", countries: ["NL"] },
    ]);
    const ruled = await insertLink({ rules, utm_params });
    const { redirect } = recordingRedirect();
    const where = async (link: LinkRow, country: string) => {
      const cf = { country } as IncomingRequestCfProperties;
      return (await follow(redirect, `/${link.code}`, { cf })).headers.get("Location");
    };
    expect(await where(plain, "NL")).toBe("https://example.com/?utm_source=own&utm_medium=email#x");
    expect(await where(ruled, "NL")).toBe("https://example.com/r?utm_source=mail&utm_medium=email");
    expect(await where(ruled, "DE")).toBe(
      "https://example.com/landing?utm_source=mail&utm_medium=email",
    );
  });
});
