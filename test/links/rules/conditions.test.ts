/** What holds for every condition of a rule: a condition without a sample here does not compile. */

import { describe, it } from "vitest";

import { CHECKS } from "../../../src/links/rules/checks.ts";
import { evaluate, needsAgent, type PassedOver } from "../../../src/links/rules/evaluate.ts";
import { keepIds } from "../../../src/links/rules/keep-ids.ts";
import { routeRules } from "../../../src/links/rules/route-rules.ts";
import { ruleName } from "../../../src/links/rules/rule-name.ts";
import { CONDITIONS, type Condition, type RuleConditions } from "../../../src/links/rules/rule.ts";
import { route, rule, visitor } from "./visitors.ts";

/** For each condition, a rule that the visitor fails by that condition and by no other. */
const SAMPLES: Readonly<Record<Condition, RuleConditions>> = {
  country: { countries: ["PL"] },
  city: { countries: ["UA"], cities: ["Lviv"] },
  continent: { continents: ["AS"] },
  query: { queryParams: ["utm_source=print"] },
  referrer: { referrers: ["ews.example"] },
  language: { languages: ["en"] },
  app: { apps: ["TikTok"] },
  time: { timeStart: "01:00", timeEnd: "02:00" },
  day: { days: [0] },
  device: { devices: ["tablet"] },
  os: { os: ["Android"] },
  browser: { browsers: ["Chrome"] },
};

const samples = Object.entries(SAMPLES) as [Condition, RuleConditions][];

describe.for(samples)("the condition %s", ([condition, conditions]) => {
  it("is evaluated, and traced with the expected and the actual value", ({ expect }) => {
    const trace: PassedOver[] = [];
    expect(evaluate(route(conditions), visitor(), trace)).toBeNull();
    expect(trace).toMatchObject([{ rule: "r0", condition }]);
    expect(trace[0]?.wanted).not.toEqual([]);
    expect(trace[0]?.met).not.toBeNull();
  });

  it("is part of the route record, which knows whether it needs the user agent", ({ expect }) => {
    const [compiled] = routeRules([rule(conditions)]);
    expect(compiled && CHECKS[condition].isIn(compiled)).toBe(true);
    expect(needsAgent(route(conditions))).toBe(CHECKS[condition].needsAgent);
  });

  it("is part of the rule's name, and distinguishes it from other rules", ({ expect }) => {
    expect(ruleName(conditions)).not.toBe("Everybody");
    const before = rule({ countries: ["UA"], os: ["iOS"] });
    const after = { targetUrl: before.targetUrl, ...conditions };
    expect(keepIds([before], [after], () => "new")).toMatchObject([{ id: "new" }]);
  });
});

describe("a table over the conditions", () => {
  it("does not compile if it misses one", ({ expect }) => {
    const { browser: _, ...others } = CHECKS;
    // @ts-expect-error -- without a check for `browser`
    const checks: typeof CHECKS = others;
    expect(Object.keys(checks)).not.toContain("browser");

    const { timezone: __, ...fields } = CONDITIONS;
    // @ts-expect-error -- without a condition for `timezone`
    const conditions: Readonly<Record<keyof RuleConditions, Condition>> = fields;
    expect(Object.keys(conditions)).not.toContain("timezone");
  });
});
