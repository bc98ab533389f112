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

const ZONES = ["UTC", "Europe/Kyiv", "America/New_York", "Australia/Sydney", "Asia/Kathmandu"];
const COUNTRIES = ["UA", "PL", "AU", "AL"];
const CITIES = [
  ["Kyiv", "KYIV", "kyiv"],
  ["Łódź", "lodz", "LÓDZ"],
  ["Gießen", "GIESSEN", "giessen"],
];

interface Facts extends Omit<RuleFacts, "agent"> {
  readonly agent: Agent;
}

function expected(rules: readonly Rule[], facts: Facts): string | null {
  return rules.find((rule) => holds(rule, facts))?.id ?? null;
}

function holds(rule: Rule, { country, city, agent, ...when }: Facts): boolean {
  const { countries = [], cities = [], devices = [], os = [], browsers = [] } = rule;
  if (countries.length > 0 && !countries.some((one) => one === country)) return false;
  if (cities.length > 0 && !cities.some((one) => isSameCity(one, city))) return false;
  if (devices.length > 0 && !devices.some((one) => one === agent.device)) return false;
  if (os.length > 0 && !os.some((one) => one === agent.os)) return false;
  if (browsers.length > 0 && !browsers.some((one) => one === agent.browser)) return false;
  return holdsInTime(rule, when.nowMs, when.visitorTimezone);
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
    countries: fc.subarray(COUNTRIES),
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
        const counted: RuleFacts = { ...facts, agent: () => (asked++, facts.agent) };
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
        const facts = { country: null, city: null, nowMs, visitorTimezone: null };
        const agent: Agent = { device: "desktop", os: "", browser: "" };
        const chosen = evaluate(routeRules([rule]), { ...facts, agent: () => agent });
        expect(chosen !== null).toBe(holdsInTime(rule, nowMs, null));
      }),
      { numRuns: 2_000 },
    );
  });
});
