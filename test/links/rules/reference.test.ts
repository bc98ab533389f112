/** Compares the engine with a naive reference that follows the design word by word. */

import fc from "fast-check";
import { describe, it } from "vitest";

import type { Agent } from "../../../src/clicks/user-agent.ts";
import { evaluate, needsAgent, type PassedOver } from "../../../src/links/rules/evaluate.ts";
import type { RuleFacts } from "../../../src/links/rules/facts.ts";
import { routeRules } from "../../../src/links/rules/route-rules.ts";
import {
  BROWSERS,
  DEVICES,
  SYSTEMS,
  type Rule,
  type RuleConditions,
} from "../../../src/links/rules/rule.ts";
import { visitor } from "./visitors.ts";

const ZONES = ["UTC", "Europe/Kyiv", "America/New_York", "Australia/Sydney", "Asia/Kathmandu"];
const COUNTRIES = ["UA", "PL", "AU", "AL"];
/** Where they are, and whether they are in the Union. */
const PLACES: Readonly<Record<string, readonly [continent: string, inUnion: boolean]>> = {
  UA: ["EU", false],
  PL: ["EU", true],
  FR: ["EU", true],
  AU: ["OC", false],
  AL: ["EU", false],
};
/** A header, and what it prefers. */
const LANGUAGES: readonly (readonly [header: string | null, preferred: readonly string[]])[] = [
  [null, []],
  ["*", []],
  ["uk-UA,uk;q=0.9,en;q=0.8", ["uk", "uk-UA"]],
  ["en;q=0.8, pt-BR ;q=0.9", ["pt", "pt-BR"]],
  ["pt", ["pt"]],
  ["en;q=0, uk;q=0.001", ["uk"]],
  ["ukr", ["ukr"]],
];
const QUERIES: readonly (readonly [query: string, holds: readonly string[]])[] = [
  ["", []],
  ["?", []],
  ["?a=1", ["a", "a=1"]],
  ["?b=2&a=&a=1", ["a", "a=1", "a=", "b"]],
  ["?%61=%31", ["a", "a=1"]],
  ["?A=1", []],
];
const REFERERS: readonly (readonly [referer: string | null, within: readonly string[]])[] = [
  [null, []],
  ["https://l.facebook.com/l.php?u=x", ["facebook.com", "l.facebook.com"]],
  ["https://www.facebook.com/", ["facebook.com"]],
  ["https://notfacebook.com/", []],
  ["android-app://com.Slack/", ["com.slack", "slack.com"]],
  ["android-app://com.facebook.lite/", ["facebook.com"]],
  ["https://facebook.com.evil.example/", []],
];
const AGENTS: readonly (readonly [userAgent: string, app: string | null])[] = [
  ["", null],
  ["Mozilla/5.0 (iPhone) Mobile/15E148 Instagram 350.0.0.26.87 (iPhone14,5)", "Instagram"],
  ["Mozilla/5.0 (iPhone) Mobile/15E148 [FBAN/FBIOS;FBAV/489.0.0.52.99]", "Facebook"],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0", null],
];
const CITIES = [
  ["Kyiv", "KYIV", "kyiv"],
  ["Łódź", "lodz", "LÓDZ"],
  ["Gießen", "GIESSEN", "giessen"],
];

interface Facts extends Omit<RuleFacts, "agent" | "acceptLanguage"> {
  readonly agent: Agent;
  readonly language: string | null;
}

function expected(rules: readonly Rule[], facts: Facts): string | null {
  return rules.find((rule) => holds(rule, facts))?.id ?? null;
}

function holds(rule: Rule, { country, city, agent, ...when }: Facts): boolean {
  const { countries = [], cities = [], devices = [], os = [], browsers = [] } = rule;
  const [continent, inUnion] = PLACES[country ?? ""] ?? [null, false];
  const isNamed = countries.some((one) => one === country) || (inUnion && countries.includes("EU"));
  if (countries.length > 0 && !isNamed) return false;
  if (!meets(rule.continents, continent === null ? [] : [continent])) return false;
  if (!meets(rule.queryParams, among(QUERIES, when.query))) return false;
  if (!meets(rule.referrers, among(REFERERS, when.referer))) return false;
  if (!meets(rule.languages, among(LANGUAGES, when.language))) return false;
  const app = AGENTS.find(([text]) => text === when.userAgent)?.[1] ?? null;
  if (!meets(rule.apps, app === null ? [] : [app])) return false;
  if (cities.length > 0 && !cities.some((one) => isSameCity(one, city))) return false;
  if (devices.length > 0 && !devices.some((one) => one === agent.device)) return false;
  if (os.length > 0 && !os.some((one) => one === agent.os)) return false;
  if (browsers.length > 0 && !browsers.some((one) => one === agent.browser)) return false;
  return holdsInTime(rule, when.nowMs, when.visitorTimezone);
}

/** Whether a condition is absent, or one of its values is among those that hold. */
function meets(wanted: readonly string[] | undefined, holding: readonly string[]): boolean {
  return wanted === undefined || wanted.length === 0 || wanted.some((one) => holding.includes(one));
}

function among<T>(table: readonly (readonly [T, readonly string[]])[], key: T): readonly string[] {
  return table.find(([given]) => given === key)?.[1] ?? [];
}

function isSameCity(a: string, b: string | null): boolean {
  return CITIES.some((spellings) => spellings.includes(a) && b !== null && spellings.includes(b));
}

/** Whether a rule's time and days hold. After midnight, a minute may also count for yesterday. */
function holdsInTime(rule: RuleConditions, nowMs: number, visitorTimezone: string | null): boolean {
  const zone = rule.timezone === "visitor" ? (visitorTimezone ?? "UTC") : (rule.timezone ?? "UTC");
  // "2026-11-18 14:30:00", on the wall clock.
  const local = new Date(nowMs).toLocaleString("sv-SE", { timeZone: zone });
  const today = new Date(`${local.slice(0, 10)}T00:00:00Z`).getUTCDay();
  const days = (rule.days ?? []).length > 0 ? (rule.days ?? []) : [0, 1, 2, 3, 4, 5, 6];
  const { timeStart, timeEnd } = rule;
  if (timeStart === undefined || timeEnd === undefined) return days.includes(today);
  const time = local.slice(11, 16);
  if (timeStart < timeEnd) return timeStart <= time && time < timeEnd && days.includes(today);
  const yesterday = [6, 0, 1, 2, 3, 4, 5][today] ?? -1;
  return (
    (time >= timeStart && days.includes(today)) || (time < timeEnd && days.includes(yesterday))
  );
}

const clockTime = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 30, 59))
  .map(([hour, minute]) => [hour, minute].map((n) => String(n).padStart(2, "0")).join(":"));

const conditions = fc.record(
  {
    countries: fc.subarray([...COUNTRIES, "EU"]),
    continents: fc.subarray(["EU", "OC", "AF"] as const),
    queryParams: fc.subarray(["a", "a=1", "a=", "b", "zz"]),
    referrers: fc.subarray(["facebook.com", "l.facebook.com", "com.slack", "slack.com"]),
    languages: fc.subarray(["uk", "uk-UA", "pt", "pt-BR", "en"]),
    apps: fc.subarray(["Instagram", "Facebook", "TikTok"] as const),
    cities: fc.subarray(CITIES.flat()),
    devices: fc.subarray([...DEVICES]),
    os: fc.subarray([...SYSTEMS]),
    browsers: fc.subarray([...BROWSERS]),
    days: fc.subarray([0, 1, 2, 3, 4, 5, 6]),
    timezone: fc.constantFrom(...ZONES, "visitor"),
  },
  { requiredKeys: [] },
);

const timedConditions = fc
  .tuple(conditions, fc.option(fc.tuple(clockTime, clockTime), { nil: undefined }))
  .map(([rest, window]): RuleConditions => {
    const [timeStart, timeEnd] = window ?? [];
    if (timeStart === undefined || timeEnd === undefined || timeStart === timeEnd) return rest;
    return { ...rest, timeStart, timeEnd };
  });

const ruleLists = fc.array(timedConditions, { maxLength: 8 }).map((list) =>
  list.map((each, index): Rule => ({
    id: `r${index}`,
    name: null,
    targetUrl: `https://example.com/${index}`,
    ...each,
  })),
);

/**
 * Two years in which every zone above changes its clocks, with many instants in the very hour of
 * it.
 */
const instants = fc.oneof(
  fc.integer({ min: Date.UTC(2025, 0), max: Date.UTC(2027, 0) }),
  fc
    .tuple(
      fc.constantFrom("2026-03-29T01:00Z", "2026-10-25T01:00Z", "2026-03-08T07:00Z"),
      fc.integer({ min: -10_800_000, max: 10_800_000 }),
    )
    .map(([change, offset]) => Date.parse(change) + offset),
  fc
    .tuple(
      fc.constantFrom("2026-11-01T06:00Z", "2026-04-04T16:00Z", "2026-10-03T16:00Z"),
      fc.integer({ min: -10_800_000, max: 10_800_000 }),
    )
    .map(([change, offset]) => Date.parse(change) + offset),
);

const visitors: fc.Arbitrary<Facts> = fc.record({
  country: fc.constantFrom(...COUNTRIES, "FR", null),
  city: fc.constantFrom(...CITIES.flat(), "Lviv", null),
  query: fc.constantFrom(...QUERIES.map(([query]) => query)),
  referer: fc.constantFrom(...REFERERS.map(([referer]) => referer)),
  language: fc.constantFrom(...LANGUAGES.map(([header]) => header)),
  userAgent: fc.constantFrom(...AGENTS.map(([userAgent]) => userAgent)),
  nowMs: instants,
  visitorTimezone: fc.constantFrom(...ZONES, null),
  agent: fc.record({
    device: fc.constantFrom(...DEVICES),
    os: fc.constantFrom(...SYSTEMS, ""),
    browser: fc.constantFrom(...BROWSERS, "Instagram", ""),
  }),
});

describe("evaluate, compared with the reference", () => {
  it("chooses the same rule, parses the user agent at most once, and traces all rules before", ({
    expect,
  }) => {
    fc.assert(
      fc.property(ruleLists, visitors, (rules, facts) => {
        const routes = routeRules(rules);
        let asked = 0;
        const counted: RuleFacts = {
          ...facts,
          acceptLanguage: () => facts.language,
          agent: () => (asked++, facts.agent),
        };
        const trace: PassedOver[] = [];
        const chosen = evaluate(routes, counted, trace)?.id ?? null;

        expect(chosen).toBe(expected(rules, facts));
        expect(asked).toBeLessThanOrEqual(needsAgent(routes) ? 1 : 0);
        const before = routes.findIndex(({ id }) => id === chosen);
        expect(trace.length).toBe(before === -1 ? routes.length : before);
        for (const { wanted, met } of trace) {
          if (met !== null) expect(wanted).not.toContain(met);
        }
        expect(evaluate(routes, counted)?.id ?? null).toBe(chosen);
      }),
      { numRuns: 3_000 },
    );
  });

  it("computes every minute of a year on each zone's wall clock as the runtime's dates do", ({
    expect,
  }) => {
    fc.assert(
      fc.property(instants, fc.constantFrom(...ZONES), clockTime, (nowMs, timezone, timeStart) => {
        const rule: Rule = {
          id: "r",
          name: null,
          targetUrl: "https://example.com",
          timeStart,
          timeEnd: timeStart === "03:00" ? "03:30" : "03:00",
          timezone,
        };
        const chosen = evaluate(routeRules([rule]), visitor({ nowMs, visitorTimezone: null }));
        expect(chosen !== null).toBe(holdsInTime(rule, nowMs, null));
      }),
      { numRuns: 2_000 },
    );
  });
});
