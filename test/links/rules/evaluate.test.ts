import { describe, it } from "vitest";

import { evaluate, needsAgent, type PassedOver } from "../../../src/links/rules/evaluate.ts";
import { routeRules } from "../../../src/links/rules/route-rules.ts";
import type { RuleConditions } from "../../../src/links/rules/rule.ts";
import { NOW_MS, route, rule, visitor, type VisitorParts } from "./visitors.ts";

const DESKTOP = { device: "desktop", os: "Windows", browser: "Edge" } as const;

describe("evaluate", () => {
  const cases: readonly [string, RuleConditions, VisitorParts, boolean][] = [
    ["no condition holds for everybody", {}, { country: null, city: null }, true],
    ["a country in the list", { countries: ["PL", "UA"] }, {}, true],
    ["a country not in the list", { countries: ["PL", "DE"] }, {}, false],
    ["a country that nobody knows", { countries: ["UA"] }, { country: null }, false],
    ["a country is not found across two codes", { countries: ["PU", "AL"] }, {}, false],
    ["a city in the list", { countries: ["UA"], cities: ["Lviv", "Kyiv"] }, {}, true],
    ["a city not in the list", { countries: ["UA"], cities: ["Lviv"] }, {}, false],
    ["a city that nobody knows", { countries: ["UA"], cities: ["Kyiv"] }, { city: null }, false],
    ["a city in other letter case", { countries: ["UA"], cities: ["KYIV"] }, {}, true],
    [
      "a city without its accents",
      { countries: ["BR"], cities: ["São Paulo"] },
      { country: "BR", city: "Sao Paulo" },
      true,
    ],
    [
      "a city of the same name in another country",
      { countries: ["FR"], cities: ["Paris"] },
      { country: "US", city: "Paris" },
      false,
    ],
    ["a device in the list", { devices: ["tablet", "mobile"] }, {}, true],
    ["a device not in the list", { devices: ["tablet"] }, {}, false],
    ["an operating system in the list", { os: ["Android", "iOS"] }, {}, true],
    ["an operating system not in the list", { os: ["Android"] }, {}, false],
    ["a browser in the list", { browsers: ["Chrome", "Safari"] }, {}, true],
    ["a browser not in the list", { browsers: ["Chrome"] }, {}, false],
    ["the time is inside the window", { timeStart: "09:00", timeEnd: "18:00" }, {}, true],
    ["the time is outside the window", { timeStart: "15:00", timeEnd: "18:00" }, {}, false],
    ["the day is in the list", { days: [1, 2, 3] }, {}, true],
    ["the day is not in the list", { days: [0, 1, 2, 4, 5, 6] }, {}, false],
    ["empty lists are no conditions", { countries: [], devices: [], days: [] }, {}, true],
  ];
  for (const [name, conditions, parts, holds] of cases) {
    it(`${holds ? "matches" : "passes over"}: ${name}`, ({ expect }) => {
      expect(evaluate(route(conditions), visitor(parts)) !== null).toBe(holds);
    });
  }

  it("requires all conditions of a rule at once", ({ expect }) => {
    const all: RuleConditions = {
      countries: ["UA"],
      cities: ["Kyiv"],
      devices: ["mobile"],
      os: ["iOS"],
      browsers: ["Safari"],
      timeStart: "14:00",
      timeEnd: "15:00",
      days: [3],
    };
    const misses: readonly VisitorParts[] = [
      { country: "PL" },
      { city: "Lviv" },
      { agent: { device: "tablet", os: "iOS", browser: "Safari" } },
      { agent: { device: "mobile", os: "Android", browser: "Safari" } },
      { agent: { device: "mobile", os: "iOS", browser: "Chrome" } },
      { nowMs: NOW_MS + 30 * 60_000 },
      { nowMs: NOW_MS + 24 * 60 * 60_000 },
    ];
    expect(evaluate(route(all), visitor())?.id).toBe("r0");
    for (const parts of misses) expect(evaluate(route(all), visitor(parts))).toBeNull();
  });

  it("picks the first rule that holds, and none after it", ({ expect }) => {
    const rules = route({ countries: ["PL"] }, { countries: ["UA"] }, { devices: ["mobile"] }, {});
    expect(evaluate(rules, visitor())?.to).toBe("https://example.com/r1");
    expect(evaluate(rules, visitor({ country: null }))?.id).toBe("r2");
    expect(evaluate(rules, visitor({ country: null, agent: DESKTOP }))?.id).toBe("r3");
  });

  it("returns null for a visitor whom no rule matches", ({ expect }) => {
    expect(evaluate([], visitor())).toBeNull();
    expect(evaluate(route({ countries: ["PL"] }, { countries: ["DE"] }), visitor())).toBeNull();
  });

  it("parses the user agent once for any number of rules", ({ expect }) => {
    let asked = 0;
    const facts = { ...visitor(), agent: () => (asked++, DESKTOP) };
    const rules = route({ devices: ["mobile"] }, { os: ["iOS"] }, { browsers: ["Safari"] });
    const trace: PassedOver[] = [];
    expect(evaluate(rules, facts, trace)).toBeNull();
    expect([asked, trace.length]).toEqual([1, 3]);
  });

  it("does not parse the user agent before cheaper conditions have failed to decide", ({
    expect,
  }) => {
    const facts = {
      ...visitor(),
      agent: (): never => {
        throw new Error("nobody needs it");
      },
    };
    const rules = route(
      { countries: ["PL"], devices: ["mobile"] },
      { countries: ["UA"], cities: ["Lviv"], os: ["iOS"] },
      { timeStart: "01:00", timeEnd: "02:00", browsers: ["Safari"] },
      { days: [0], devices: ["mobile"] },
      { countries: ["UA"] },
      { devices: ["mobile"] },
    );
    expect(evaluate(rules, facts)?.id).toBe("r4");
  });

  it("knows in advance whether the user agent may be needed", ({ expect }) => {
    expect(needsAgent([])).toBe(false);
    expect(needsAgent(route({ countries: ["UA"] }, { days: [1] }))).toBe(false);
    expect(needsAgent(route({ devices: [], os: [], browsers: [] }))).toBe(false);
    for (const conditions of [
      { devices: ["mobile"] },
      { os: ["iOS"] },
      { browsers: ["Brave"] },
    ] as const) {
      expect(needsAgent(route({}, conditions))).toBe(true);
    }
  });

  it("traces for every rule passed over what failed first, and the expected and actual value", ({
    expect,
  }) => {
    const rules = route(
      { countries: ["PL", "DE"], devices: ["tablet"] },
      { countries: ["UA"], cities: ["Lviv", "Łódź"] },
      { timeStart: "22:00", timeEnd: "06:05", timezone: "Europe/Kyiv", days: [1] },
      { timeStart: "14:00", timeEnd: "15:00", days: [0, 6] },
      { devices: ["tablet"], os: ["Android"] },
      { devices: ["mobile"], os: ["Android"] },
      { os: ["iOS"], browsers: ["Chrome", "Brave"] },
      {},
      { countries: ["FR"] },
    );
    const trace: PassedOver[] = [];
    expect(evaluate(rules, visitor(), trace)?.id).toBe("r7");
    expect(trace).toEqual([
      { rule: "r0", condition: "country", wanted: ["PL", "DE"], met: "UA" },
      { rule: "r1", condition: "city", wanted: ["lviv", "lodz"], met: "kyiv" },
      {
        rule: "r2",
        condition: "time",
        wanted: ["22:00–06:05"],
        met: "16:30",
        timezone: "Europe/Kyiv",
      },
      { rule: "r3", condition: "day", wanted: [0, 6], met: 3, timezone: "UTC" },
      { rule: "r4", condition: "device", wanted: ["tablet"], met: "mobile" },
      { rule: "r5", condition: "os", wanted: ["Android"], met: "iOS" },
      { rule: "r6", condition: "browser", wanted: ["Chrome", "Brave"], met: "Safari" },
    ]);
  });

  it("traces an unknown fact of a visitor as null", ({ expect }) => {
    const nobody = visitor({
      country: null,
      city: null,
      agent: { device: "desktop", os: "", browser: "" },
    });
    const trace: PassedOver[] = [];
    evaluate(route({ countries: ["UA"] }, { os: ["iOS"] }, { browsers: ["Edge"] }), nobody, trace);
    expect(trace.map(({ met }) => met)).toEqual([null, null, null]);
  });
});

describe("routeRules", () => {
  it("keeps only what a redirect needs, precomputed", ({ expect }) => {
    const stored = {
      ...rule({
        countries: ["UA"],
        cities: ["Ужгород", "Kryvyi Rih"],
        devices: ["mobile"],
        os: ["iOS"],
        browsers: ["Safari"],
        timeStart: "08:05",
        timeEnd: "00:00",
        days: [0, 6],
        timezone: "visitor",
      }),
      name: "A name",
      targetUrl: "https://bücher.example",
    };
    expect(routeRules([stored])).toEqual([
      {
        id: "r",
        to: "https://xn--bcher-kva.example/",
        countries: ["UA"],
        cities: ["ужгород", "kryvyi rih"],
        window: [485, 0],
        days: 0b1000001,
        zone: "visitor",
        devices: ["mobile"],
        os: ["iOS"],
        browsers: ["Safari"],
      },
    ]);
  });

  it("drops UTC, a zone that nothing is read in, and empty lists", ({ expect }) => {
    const bare = { id: "r", to: "https://example.com/r" };
    expect(routeRules([rule({ timezone: "Europe/Kyiv" })])).toEqual([bare]);
    expect(routeRules([rule({ days: [1], timezone: "UTC" })])).toEqual([{ ...bare, days: 2 }]);
    expect(routeRules([rule({ countries: [], cities: [], os: [] })])).toEqual([bare]);
  });

  it("survives serialisation as JSON", ({ expect }) => {
    const rules = route({ timeStart: "10:00", timeEnd: "11:00", days: [2] }, { countries: ["UA"] });
    expect(JSON.parse(JSON.stringify(rules))).toEqual(rules);
  });

  it("keeps app addresses unchanged", ({ expect }) => {
    const [deep] = routeRules([{ ...rule({}), targetUrl: "myapp://open/item?id=1" }]);
    expect(deep?.to).toBe("myapp://open/item?id=1");
  });
});
