import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { gateFor } from "../../src/gates/stub.ts";
import { readRoute } from "../../src/links/route/store.ts";
import type { Rule } from "../../src/links/rules/rule.ts";
import { broken, envWith } from "../support/faults.ts";
import { BROWSER, follow, PHONE, recordingRedirect } from "../support/following.ts";
import {
  changeDestination,
  insertLink,
  insertVariant,
  type LinkRow,
} from "../support/link-rows.ts";

function rule(id: string, conditions: Partial<Rule>): Rule {
  return { id, name: null, targetUrl: `https://example.com/${id}`, ...conditions };
}

const RULES = [
  rule("ua-mobile", { countries: ["UA"], devices: ["mobile"] }),
  rule("brave", { browsers: ["Brave"] }),
  rule("kyiv", { countries: ["UA"], cities: ["Київ", "Kyïv"] }),
];

function from(country: string, city = ""): Partial<IncomingRequestCfProperties> {
  return { country, city } as Partial<IncomingRequestCfProperties>;
}

const visit = (userAgent: string, cf = from("NL"), headers: Record<string, string> = {}) => ({
  headers: { "User-Agent": userAgent, ...headers },
  cf: cf as IncomingRequestCfProperties,
});

describe("rules", () => {
  it("send each visitor to the target of the first match, which the click records", async ({
    expect,
  }) => {
    const { code } = await insertLink({ rules: JSON.stringify(RULES) });
    const { redirect, clicks } = recordingRedirect();
    const where = async (init: RequestInit<IncomingRequestCfProperties>) =>
      (await follow(redirect, `/${code}`, init)).headers.get("Location");

    expect(await where(visit(PHONE, from("UA")))).toBe("https://example.com/ua-mobile");
    expect(await where(visit(BROWSER, from("UA", "Kyiv")))).toBe("https://example.com/kyiv");
    expect(await where(visit(BROWSER, from("UA", "Lviv")))).toBe("https://example.com/landing");
    const brave = { "Sec-CH-UA": '"Brave";v="141", "Chromium";v="141"', "Sec-CH-UA-Mobile": "?0" };
    expect(await where(visit(BROWSER, from("DE"), brave))).toBe("https://example.com/brave");
    expect(clicks.map((click) => click.rule)).toEqual(["ua-mobile", "kyiv", "default", "brave"]);
  });

  it("parse the user agent only if one of them needs it", async ({ expect }) => {
    const { code } = await insertLink({
      rules: JSON.stringify([rule("pl", { countries: ["PL"] })]),
    });
    const { redirect } = recordingRedirect();
    const response = await follow(redirect, `/${code}`, visit("", from("PL")));
    expect(response.headers.get("Location")).toBe("https://example.com/pl");
    const route = await readRoute(env.DB, { domain: "", code });
    expect(route?.record.rules).toEqual([
      { id: "pl", to: "https://example.com/pl", countries: ["PL"] },
    ]);
  });
});

describe("an A/B test", () => {
  async function testedLink(sticky: 0 | 1): Promise<LinkRow> {
    const link = await insertLink({
      ab_enabled: 1,
      ab_sticky: sticky,
      rules: JSON.stringify(RULES),
    });
    await insertVariant(link.id, { public_id: "a", url: "https://example.com/a", weight: 70 });
    await insertVariant(link.id, { public_id: "b", url: "https://example.com/b", weight: 30 });
    await insertVariant(link.id, {
      public_id: "off",
      url: "https://example.com/off",
      weight: 99,
      is_active: 0,
    });
    return link;
  }

  it("ignores the rules, and splits by weight among active variants", async ({ expect }) => {
    const { code } = await testedLink(0);
    const { redirect, clicks } = recordingRedirect();
    for (let n = 0; n < 400; n += 1) await follow(redirect, `/${code}`, visit(PHONE, from("UA")));
    const a = clicks.filter(({ variant }) => variant === "a").length;
    const b = clicks.filter(({ variant }) => variant === "b").length;
    expect(a + b).toBe(400);
    // 37 is four standard deviations of 400 draws at 0.7.
    expect(Math.abs(a - 280)).toBeLessThan(37);
    expect(clicks.every((click) => click.rule === null)).toBe(true);
  });

  it("keeps a visitor's variant in a cookie of that link only, if it is sticky", async ({
    expect,
  }) => {
    const { code } = await testedLink(1);
    const { redirect } = recordingRedirect();
    const first = await follow(redirect, `/${code}`, visit(BROWSER));
    const cookie = first.headers.get("Set-Cookie") ?? "";
    expect(cookie).toMatch(
      new RegExp(`^signpost_variant=[ab]; Path=/${code}; .*HttpOnly; SameSite=Lax; Secure$`),
    );
    const [pair = ""] = cookie.split(";");
    for (let n = 0; n < 20; n += 1) {
      const again = await follow(
        redirect,
        `/${code}`,
        visit(BROWSER, from("NL"), { Cookie: pair }),
      );
      expect(again.headers.get("Location")).toBe(first.headers.get("Location"));
    }
  });

  it("never sends one visitor's cookie to visitors with the same destination", async ({
    expect,
  }) => {
    const sticky = await testedLink(1);
    const plain = await insertLink({ destination_url: "https://example.com/a" });
    const { redirect } = recordingRedirect();
    const cookies = async ({ code }: LinkRow) =>
      (await follow(redirect, `/${code}`, visit(BROWSER))).headers.getSetCookie().length;
    expect([await cookies(plain), await cookies(sticky)]).toEqual([0, 1]);
    expect([await cookies(plain), await cookies(sticky)]).toEqual([0, 1]);
  });

  it("sets no cookie if it is not sticky", async ({ expect }) => {
    const { code } = await testedLink(0);
    const response = await follow(recordingRedirect().redirect, `/${code}`, visit(BROWSER));
    expect(response.headers.get("Set-Cookie")).toBeNull();
  });

  it("leaves the choice to the rules if no variant is active", async ({ expect }) => {
    const link = await insertLink({ ab_enabled: 1, rules: JSON.stringify(RULES) });
    const response = await follow(
      recordingRedirect().redirect,
      `/${link.code}`,
      visit(PHONE, from("UA")),
    );
    expect(response.headers.get("Location")).toBe("https://example.com/ua-mobile");
  });
});

describe("a click limit", () => {
  const limited = (max: number) => insertLink({ clicks_limit: max, clicks_limit_since: 1 });

  it("admits exactly its number of people, out of a hundred at once", async ({ expect }) => {
    const { code } = await limited(25);
    const { redirect, clicks } = recordingRedirect();
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => follow(redirect, `/${code}`, visit(BROWSER))),
    );
    expect(answers.filter(({ status }) => status === 302)).toHaveLength(25);
    expect(answers.filter(({ status }) => status === 410)).toHaveLength(75);
    expect(clicks).toHaveLength(25);
  });

  it("is not used up by programs and prefetches, which do not learn the destination", async ({
    expect,
  }) => {
    const { code } = await limited(1);
    const { redirect, clicks } = recordingRedirect();
    const bot = await follow(redirect, `/${code}`, visit("Googlebot/2.1"));
    const unfurler = await follow(redirect, `/${code}`, visit("Slackbot-LinkExpanding 1.0"));
    const prefetch = await follow(
      redirect,
      `/${code}`,
      visit(BROWSER, from("NL"), { "Sec-Purpose": "prefetch" }),
    );
    const head = await follow(redirect, `/${code}`, { ...visit("curl/8.5.0"), method: "HEAD" });
    expect([bot.status, unfurler.status, prefetch.status, head.status]).toEqual([
      403, 403, 503, 403,
    ]);
    for (const { headers } of [bot, unfurler, prefetch, head])
      expect(headers.get("Location")).toBeNull();
    expect((await follow(redirect, `/${code}`, visit(BROWSER))).status).toBe(302);
    expect((await follow(redirect, `/${code}`, visit(BROWSER))).status).toBe(410);
    expect(clicks).toHaveLength(1);
  });

  it("leads to the limitReachedUrl once it is used up, which is not a click", async ({
    expect,
  }) => {
    const { code } = await insertLink({
      clicks_limit: 1,
      clicks_limit_since: 1,
      limit_reached_url: "https://example.com/sold out",
    });
    const { redirect, clicks } = recordingRedirect();
    const ask = async (path = "", init: Parameters<typeof follow>[2] = visit(BROWSER)) => {
      const response = await follow(redirect, `/${code}${path}`, init);
      return [response.status, response.headers.get("Location")];
    };
    expect(await ask("", visit("Slackbot-LinkExpanding 1.0"))).toEqual([403, null]);
    expect(await ask()).toEqual([302, "https://example.com/landing"]);
    const elsewhere = [302, "https://example.com/sold%20out"];
    expect(await ask()).toEqual(elsewhere);
    expect(await ask("", { ...visit(BROWSER), method: "HEAD" })).toEqual(elsewhere);
    expect(await ask("+")).toEqual(elsewhere);
    expect(await ask("", visit("Googlebot/2.1"))).toEqual([403, null]);
    expect(clicks).toHaveLength(1);
  });

  it("answers HEAD as it would answer GET, without using a click up", async ({ expect }) => {
    const { code } = await limited(1);
    const { redirect } = recordingRedirect();
    const head = { ...visit(BROWSER), method: "HEAD" };
    for (let n = 0; n < 3; n += 1) {
      expect((await follow(redirect, `/${code}`, head)).status).toBe(302);
    }
    expect((await follow(redirect, `/${code}`, visit(BROWSER))).status).toBe(302);
    const usedUp = await follow(redirect, `/${code}`, head);
    expect([usedUp.status, usedUp.headers.get("Location")]).toEqual([410, null]);
  });

  it("shows its preview to people while it has clicks left, and uses none for that", async ({
    expect,
  }) => {
    const { code } = await limited(1);
    const { redirect, clicks } = recordingRedirect();
    const preview = async (userAgent: string) => {
      const response = await follow(redirect, `/${code}+`, visit(userAgent));
      return [response.status, (await response.text()).includes("example.com")];
    };
    expect(await preview("Googlebot/2.1")).toEqual([403, false]);
    expect(await preview(BROWSER)).toEqual([200, true]);
    expect(await preview(BROWSER)).toEqual([200, true]);
    expect((await follow(redirect, `/${code}`, visit(BROWSER))).status).toBe(302);
    expect(await preview(BROWSER)).toEqual([410, false]);
    expect(clicks).toHaveLength(1);
  });

  it("answers 503, and never a free pass, if its gate does not answer", async ({ expect }) => {
    const { code } = await limited(5);
    const { redirect, clicks } = recordingRedirect();
    const environment = envWith({ LINK_GATE: broken(env.LINK_GATE) });
    const response = await follow(redirect, `/${code}`, visit(BROWSER), environment);
    expect(response.status).toBe(503);
    expect(response.headers.get("Retry-After")).toBe("5");
    expect(clicks).toEqual([]);
  });

  it("counts only clicks that redirect: an expired link uses none", async ({ expect }) => {
    const link = await insertLink({ clicks_limit: 5, clicks_limit_since: 1, expires_at_ms: 1 });
    await follow(recordingRedirect().redirect, `/${link.code}`, visit(BROWSER));
    expect(await gateFor(env, link).used(1)).toBeNull();
  });

  it("takes effect when it is raised", async ({ expect }) => {
    const link = await limited(1);
    await follow(recordingRedirect().redirect, `/${link.code}`, visit(BROWSER));
    expect(
      (await follow(recordingRedirect().redirect, `/${link.code}`, visit(BROWSER))).status,
    ).toBe(410);
    await env.DB.prepare("UPDATE links SET clicks_limit = 2 WHERE id = ?1").bind(link.id).run();
    await changeDestination(link.id, "https://example.com/raised");
    await env.ROUTES.delete(`@/${link.code}`);
    const { redirect } = recordingRedirect();
    expect((await follow(redirect, `/${link.code}`, visit(BROWSER))).status).toBe(302);
    expect((await follow(redirect, `/${link.code}`, visit(BROWSER))).status).toBe(410);
  });
});

describe("a link's QR code", () => {
  it.for([
    ["svg", "image/svg+xml; charset=utf-8"],
    ["png", "image/png"],
  ] as const)("is drawn as %s, and is no click", async ([format, type], { expect }) => {
    const { code } = await insertLink();
    const { redirect, clicks } = recordingRedirect();
    const response = await follow(redirect, `/${code}/qr.${format}?size=128`);
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Type")).toBe(type);
    expect(response.headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(100);
    expect(clicks).toEqual([]);
  });

  it("answers 404 for an unknown code, and 400 for an absurd size", async ({ expect }) => {
    const { code } = await insertLink();
    const { redirect } = recordingRedirect();
    expect((await follow(redirect, "/no-such-code/qr.svg")).status).toBe(404);
    expect((await follow(redirect, `/${code}/qr.svg?size=99999`)).status).toBe(400);
    expect((await follow(redirect, `/${code}/qr.gif`)).status).toBe(404);
  });
});
