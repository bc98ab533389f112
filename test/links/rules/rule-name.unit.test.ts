import { describe, it } from "vitest";

import { ruleName } from "../../../src/links/rules/rule-name.ts";
import type { RuleConditions } from "../../../src/links/rules/rule.ts";

describe("ruleName", () => {
  it("returns the rule's own name if it has one", ({ expect }) => {
    expect(ruleName({ name: "Ukraine mobile", countries: ["UA"] })).toBe("Ukraine mobile");
  });

  const derived: readonly [RuleConditions, string][] = [
    [{}, "Everybody"],
    [{ countries: [], days: [] }, "Everybody"],
    [{ countries: ["UA"], devices: ["mobile"] }, "UA · mobile"],
    [{ countries: ["UA", "PL"], cities: ["Kyiv"], os: ["iOS"] }, "UA, PL · Kyiv · iOS"],
    [{ countries: ["UA", "PL", "DE", "AT", "CH"] }, "UA, PL, DE +2"],
    [{ browsers: ["Chrome"], timeStart: "22:00", timeEnd: "06:00" }, "Chrome · 22:00–06:00"],
    [{ days: [1, 2, 3, 4, 5] }, "Mon–Fri"],
    [{ days: [0, 1, 6] }, "Sat–Mon"],
    [{ days: [6, 0] }, "Sun, Sat"],
    [{ days: [5, 3, 1] }, "Mon, Wed, Fri"],
    [{ days: [0, 1, 2, 3, 4, 5, 6], devices: ["tablet"] }, "tablet"],
    [{ days: [2], timezone: "Europe/Kyiv" }, "Tue · Europe/Kyiv"],
    [{ timeStart: "09:00", timeEnd: "10:00", timezone: "visitor" }, "09:00–10:00 · local time"],
    [{ devices: ["mobile"], timezone: "Europe/Kyiv" }, "mobile"],
  ];
  for (const [conditions, name] of derived) {
    it(`derives "${name}" from ${JSON.stringify(conditions)}`, ({ expect }) => {
      expect(ruleName({ name: null, ...conditions })).toBe(name);
    });
  }

  it("stays within a hundred characters", ({ expect }) => {
    const name = ruleName({ countries: ["UA"], cities: ["x".repeat(90), "y".repeat(90)] });
    expect(name).toHaveLength(100);
    expect(name.endsWith("…")).toBe(true);
  });
});
