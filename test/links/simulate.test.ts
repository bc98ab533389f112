/** The dry run returns exactly what the redirect does. */

import { env } from "cloudflare:workers";
import fc from "fast-check";
import { afterEach, describe, it, vi } from "vitest";

import { ledgerFor } from "../../src/ledger/stub.ts";
import type { LinkInput } from "../../src/links/create-link.ts";
import type { Link } from "../../src/links/link.ts";
import { BROWSERS, DEVICES, type NewRule, SYSTEMS } from "../../src/links/rules/rule.ts";
import { simulate, type SimulatedVisitor } from "../../src/links/simulate.ts";
import { updateLink } from "../../src/links/update-link.ts";
import { batch, click } from "../ledger/sample-clicks.ts";
import { broken, envWith } from "../support/faults.ts";
import { BROWSER, follow, PHONE, recordingRedirect } from "../support/following.ts";
import { makeLink, newContext } from "../support/link-context.ts";
import { insertDomain } from "../support/link-rows.ts";
import { newCode } from "../support/native.ts";

const EDGE = `${BROWSER} Edg/141.0.0.0`;
const ANDROID =
  "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36";
const INSTAGRAM = `${PHONE} Instagram 350.0.0.26.87 (iPhone14,5; iOS 17_6; en_US)`;
const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0";

function visitor(over: Partial<SimulatedVisitor> = {}): SimulatedVisitor {
  return {
    country: null,
    city: null,
    language: null,
    referrer: null,
    query: "",
    timezone: null,
    atMs: Date.now(),
    userAgent: null,
    device: null,
    os: null,
    browser: null,
    variantCookie: null,
    ...over,
  };
}

const COUNTRIES = ["UA", "PL", "DE", "US"];
const CITIES = ["Kyiv", "Kraków", "krakow", "Berlin"];
const ZONES = ["Europe/Kyiv", "America/New_York", "Australia/Lord_Howe", "visitor"];

const some = <T>(values: readonly T[]) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });
const time = fc.constantFrom("00:00", "06:30", "09:00", "17:59", "22:00", "23:59");

const conditions = fc
  .record(
    {
      countries: some([...COUNTRIES, "EU"]),
      continents: some(["EU", "NA"] as const),
      languages: some(["uk", "en-GB"]),
      referrers: some(["news.example"]),
      queryParams: some(["src", "src=mail"]),
      apps: some(["Instagram", "Facebook"] as const),
      cities: some(CITIES),
      devices: some(DEVICES.slice(0, 3)),
      os: some(SYSTEMS),
      browsers: some(BROWSERS),
      window: fc.tuple(time, time).filter(([from, until]) => from !== until),
      days: some([0, 1, 2, 3, 4, 5, 6]),
      timezone: fc.constantFrom(...ZONES),
    },
    { requiredKeys: [] },
  )
  .map(({ window, cities, ...rest }): Omit<NewRule, "targetUrl"> => ({
    ...rest,
    ...(cities !== undefined && rest.countries !== undefined && { cities }),
    ...(window !== undefined && { timeStart: window[0], timeEnd: window[1] }),
  }));

const visitors = fc.record({
  country: fc.constantFrom(...COUNTRIES, "FR", null),
  city: fc.constantFrom(...CITIES, null),
  language: fc.constantFrom("uk-UA,uk;q=0.9", "en-GB", null),
  referrer: fc.constantFrom("https://m.news.example/a", null),
  query: fc.constantFrom("src=mail", "src=ad&x", ""),
  timezone: fc.constantFrom("Europe/Kyiv", "Asia/Tokyo", null),
  userAgent: fc.constantFrom(BROWSER, PHONE, EDGE, ANDROID, FIREFOX, INSTAGRAM),
  atMs: fc.integer({ min: Date.parse("2026-10-20"), max: Date.parse("2026-11-05") }),
});

afterEach(() => void vi.useRealTimers());

async function followed({ code, rules }: Link, { userAgent, ...cf }: SimulatedVisitor) {
  const { language, referrer, query } = cf;
  vi.useFakeTimers({ toFake: ["Date"], now: cf.atMs });
  const { redirect, clicks } = recordingRedirect();
  const { country, city, timezone } = cf;
  const response = await follow(redirect, `/${code}?${query}`, {
    headers: {
      "User-Agent": userAgent ?? "",
      ...(language !== null && { "Accept-Language": language }),
      ...(referrer !== null && { Referer: referrer }),
    },
    cf: { country, city, timezone } as IncomingRequestCfProperties,
  });
  // The default rule is not one of the link's own rules.
  const rule = rules.find(({ id }) => id === clicks[0]?.rule);
  return { destination: response.headers.get("Location"), rule: rule?.id ?? null };
}

describe("simulate", () => {
  it("returns for every visitor of every link what the redirect does", async ({ expect }) => {
    const context = await newContext();
    const links = fc.array(conditions, { maxLength: 6 });
    const property = fc.asyncProperty(
      links,
      fc.array(visitors, { minLength: 3, maxLength: 6 }),
      async (all, asked) => {
        vi.useRealTimers();
        const rules = all.map((one, at) => ({ ...one, targetUrl: `https://example.com/${at}` }));
        const link = await makeLink(context, { rules });
        for (const one of asked.map(visitor)) {
          const { decision, rule, passedOver } = await simulate(env, link, one);
          if (decision.kind !== "redirect") throw new Error(decision.kind);
          const what = await followed(link, one);
          expect({ destination: decision.destination, rule: rule?.id ?? null }).toEqual(what);
          const chosen = link.rules.findIndex(({ id }) => id === rule?.id);
          const before = chosen === -1 ? link.rules : link.rules.slice(0, chosen);
          expect(passedOver.map((over) => over.rule)).toEqual(before.map(({ id }) => id));
        }
      },
    );
    await fc.assert(property, { numRuns: 25 });
  });

  it("names the condition that failed, with the expected and the actual value", async ({
    expect,
  }) => {
    const link = await makeLink(await newContext(), {
      rules: [
        { targetUrl: "https://example.com/1", countries: ["UA"], name: "Ukraine" },
        {
          targetUrl: "https://example.com/2",
          timeStart: "09:00",
          timeEnd: "18:00",
          timezone: "Europe/Kyiv",
        },
        { targetUrl: "https://example.com/3", devices: ["mobile"], browsers: ["Safari"] },
        { targetUrl: "https://example.com/4", os: ["iOS"] },
      ],
    });
    const [first, second, third, fourth] = link.rules.map(({ id }) => id);
    const asked = visitor({
      country: "PL",
      device: "mobile",
      browser: "Chrome",
      os: "iOS",
      atMs: Date.parse("2026-11-05T18:30:00Z"),
    });
    expect(await simulate(env, link, asked)).toEqual({
      decision: expect.objectContaining({
        kind: "redirect",
        destination: "https://example.com/4",
        status: 302,
      }),
      rule: { id: fourth, name: "iOS" },
      variant: null,
      limit: null,
      passwordRequired: false,
      passedOver: [
        { rule: first, name: "Ukraine", condition: "country", wanted: ["UA"], met: "PL" },
        {
          rule: second,
          name: expect.any(String),
          condition: "time",
          wanted: ["09:00–18:00"],
          met: "20:30",
          timezone: "Europe/Kyiv",
        },
        {
          rule: third,
          name: expect.any(String),
          condition: "browser",
          wanted: ["Safari"],
          met: "Chrome",
        },
      ],
    });
  });

  it("names the variant, and keeps a visitor's own if the test is sticky", async ({ expect }) => {
    const variants = ["a", "b"].map((id) => ({
      id,
      name: `Variant ${id}`,
      url: `https://example.com/${id}`,
      weight: id === "a" ? 1 : 0,
      active: true,
    }));
    const context = await newContext();
    const abTest = { enabled: true, sticky: true, variants };
    const link = await makeLink(context, {
      abTest,
      rules: [{ targetUrl: "https://example.com/r" }],
    });
    expect(await simulate(env, link, visitor())).toMatchObject({
      decision: { destination: "https://example.com/a" },
      rule: null,
      variant: { id: "a", name: "Variant a" },
      passedOver: [],
    });
    expect(await simulate(env, link, visitor({ variantCookie: "b" }))).toMatchObject({
      variant: { id: "b", name: "Variant b" },
    });
  });

  it("refuses what the redirect refuses", async ({ expect }) => {
    const context = await newContext();
    const reasonOf = async (link: Link, asked = visitor()) =>
      (await simulate(env, link, asked)).decision;
    const link = await makeLink(context, { isActive: false });
    expect(await reasonOf(link)).toEqual({ kind: "refuse", reason: "inactive" });
    const later = await makeLink(context, { startsAtMs: Date.now() + 60_000 });
    expect(await reasonOf(later)).toEqual({ kind: "refuse", reason: "not_started" });
    expect(await reasonOf(later, visitor({ atMs: Date.now() + 60_000 }))).toMatchObject({
      kind: "redirect",
    });
    const over = { endsAtMs: 5, expiredUrl: "https://example.com/over" };
    expect(await reasonOf(await makeLink(context, over))).toEqual({
      kind: "fallback",
      destination: "https://example.com/over",
      reason: "ended",
    });
  });

  it("finds no link on a domain that the workspace has lost", async ({ expect }) => {
    const context = await newContext();
    const domain = `${newCode()}.example`;
    await insertDomain(context.access.workspace.id, domain);
    const link = await makeLink(context, { domain });
    await env.DB.prepare("delete from domains where hostname = ?").bind(domain).run();
    expect((await simulate(env, link, visitor())).decision).toEqual({
      kind: "refuse",
      reason: "not_found",
    });
  });

  it("returns how much of a limit is used, and uses none of it", async ({ expect }) => {
    const context = await newContext();
    const link = await makeLink(context);
    const clicks = Array.from({ length: 3 }, () => click({ linkId: link.id }));
    await ledgerFor(env, context.access.workspace.ledger).ingest([batch(clicks)]);
    await updateLink(context, { id: link.id }, { clicksLimit: 4 });
    for (let n = 0; n < 3; n += 1) {
      const { decision, limit } = await simulate(env, link, visitor());
      expect(decision.kind).toBe("redirect");
      expect(limit).toEqual({ max: 4, used: 3 });
    }
    const { redirect } = recordingRedirect();
    await follow(redirect, `/${link.code}`, { headers: { "User-Agent": BROWSER } });
    expect(await simulate(env, link, visitor())).toMatchObject({
      decision: { kind: "refuse", reason: "limit_reached" },
      limit: { max: 4, used: 4 },
    });
    const limitReachedUrl = "https://example.com/sold-out";
    await updateLink(context, { id: link.id }, { limitReachedUrl });
    expect((await simulate(env, link, visitor())).decision).toEqual({
      kind: "fallback",
      destination: limitReachedUrl,
      reason: "limit_reached",
    });
    expect(await simulate(env, link, visitor({ userAgent: "Googlebot/2.1" }))).toMatchObject({
      decision: { kind: "refuse", reason: "not_for_programs" },
    });
    const silent = envWith({ LINK_GATE: broken(env.LINK_GATE), LEDGER: broken(env.LEDGER) });
    expect((await simulate(silent, link, visitor())).limit).toEqual({ max: 4, used: null });
  });

  it("shows the link's card to a program that makes a preview, as far as it may", async ({
    expect,
  }) => {
    const context = await newContext();
    const social = { title: "Card" };
    const slack = visitor({ userAgent: "Slackbot-LinkExpanding 1.0" });
    const decisionOf = async (fields: Partial<LinkInput>) =>
      (await simulate(env, await makeLink(context, { social, ...fields }), slack)).decision;
    expect(await decisionOf({})).toEqual({ kind: "card", destination: "https://example.com/x" });
    expect(await decisionOf({ clicksLimit: 1 })).toEqual({ kind: "card", destination: null });
    const locked = await makeLink(context, { social, password: "open sesame" });
    expect(await simulate(env, locked, slack)).toMatchObject({
      decision: { kind: "card", destination: null },
      passwordRequired: false,
    });
    expect(await decisionOf({ endsAtMs: 5 })).toEqual({ kind: "refuse", reason: "ended" });
    expect(await decisionOf({ social: null })).toMatchObject({ kind: "redirect" });
  });
});
