import { describe, it, vi } from "vitest";

import { evaluate } from "../../../src/links/rules/evaluate.ts";
import type { RuleConditions } from "../../../src/links/rules/rule.ts";
import { isTimeZone, minuteOfWeek } from "../../../src/links/rules/wall-clock.ts";
import { route, visitor } from "./visitors.ts";

type Row = readonly [at: string, holds: boolean, why: string];

function check(name: string, conditions: RuleConditions, rows: readonly Row[]): void {
  describe(`a rule: ${name}`, () => {
    for (const [at, holds, why] of rows) {
      it(`${holds ? "holds" : "does not hold"} at ${at}: ${why}`, ({ expect }) => {
        const facts = visitor({ nowMs: Date.parse(at) });
        expect(evaluate(route(conditions), facts) !== null).toBe(holds);
      });
    }
  });
}

check("a window of 09:00–18:00", { timeStart: "09:00", timeEnd: "18:00" }, [
  ["2026-11-18T08:59:59.999Z", false, "one millisecond early"],
  ["2026-11-18T09:00:00.000Z", true, "its first instant"],
  ["2026-11-18T17:59:59.999Z", true, "its last instant"],
  ["2026-11-18T18:00:00.000Z", false, "the end is outside"],
]);

check("a window of 18:00–00:00", { timeStart: "18:00", timeEnd: "00:00", days: [3] }, [
  ["2026-11-18T23:59:59.999Z", true, "up to midnight"],
  ["2026-11-19T00:00:00.000Z", false, "midnight is outside"],
]);

check("Friday's window of 22:00–06:00", { timeStart: "22:00", timeEnd: "06:00", days: [5] }, [
  ["2026-11-20T21:59:59.999Z", false, "Friday, before it begins"],
  ["2026-11-20T22:00:00.000Z", true, "Friday night"],
  ["2026-11-21T05:59:59.999Z", true, "Saturday morning is still Friday's night"],
  ["2026-11-21T06:00:00.000Z", false, "it has ended"],
  ["2026-11-20T05:00:00.000Z", false, "Friday morning is Thursday's night"],
  ["2026-11-21T23:00:00.000Z", false, "Saturday night is Saturday's"],
]);

check("Saturday's window of 23:30–00:30", { timeStart: "23:30", timeEnd: "00:30", days: [6] }, [
  ["2026-11-21T23:45:00Z", true, "Saturday night"],
  ["2026-11-22T00:15:00Z", true, "and into Sunday, across the end of the week"],
  ["2026-11-22T23:45:00Z", false, "Sunday night"],
]);

check("days alone, in a zone far east", { days: [1], timezone: "Pacific/Kiritimati" }, [
  ["2026-11-22T09:59:00Z", false, "still Sunday on the island"],
  ["2026-11-22T10:00:00Z", true, "Monday there, Sunday in UTC"],
  ["2026-11-23T10:00:00Z", false, "Tuesday there"],
]);

check("a time before 1970", { timeStart: "23:00", timeEnd: "23:30", days: [3] }, [
  ["1969-12-24T23:15:00Z", true, "a Wednesday"],
  ["1969-12-24T22:59:59.999Z", false, "too early"],
]);

check(
  "Berlin, clocks forward on 2026-03-29",
  { timeStart: "02:15", timeEnd: "03:15", timezone: "Europe/Berlin" },
  [
    ["2026-03-28T01:14:59Z", false, "the day before, 02:14 in winter time"],
    ["2026-03-28T01:15:00Z", true, "the day before, 02:15"],
    ["2026-03-29T00:59:59Z", false, "01:59 by the clock"],
    ["2026-03-29T01:00:00Z", true, "the clock jumps to 03:00: 02:15 is skipped, 03:00 is inside"],
    ["2026-03-29T01:15:00Z", false, "03:15 in summer time"],
    ["2026-03-30T00:15:00Z", true, "the day after, 02:15 in summer time"],
  ],
);

check(
  "Berlin, clocks back on 2026-10-25",
  { timeStart: "02:15", timeEnd: "02:45", timezone: "Europe/Berlin" },
  [
    ["2026-10-25T00:15:00Z", true, "02:15 the first time"],
    ["2026-10-25T00:45:00Z", false, "02:45 the first time"],
    ["2026-10-25T01:15:00Z", true, "02:15 again, in winter time"],
    ["2026-10-25T01:45:00Z", false, "02:45 again"],
  ],
);

check(
  "Kyiv, the night of Saturday 2026-10-24, clocks back at 04:00",
  { timeStart: "22:00", timeEnd: "04:00", days: [6], timezone: "Europe/Kyiv" },
  [
    ["2026-10-24T18:59:59Z", false, "21:59 in summer time"],
    ["2026-10-24T19:00:00Z", true, "22:00"],
    ["2026-10-25T00:59:59Z", true, "03:59 the first time"],
    ["2026-10-25T01:59:59Z", true, "03:59 again: the night is an hour longer"],
    ["2026-10-25T02:00:00Z", false, "04:00"],
  ],
);

check(
  "New York, the night of Saturday 2026-03-07, clocks forward at 02:00",
  { timeStart: "22:00", timeEnd: "03:00", days: [6], timezone: "America/New_York" },
  [
    ["2026-03-08T03:00:00Z", true, "22:00 in winter time, Sunday in UTC"],
    ["2026-03-08T06:59:59Z", true, "01:59"],
    ["2026-03-08T07:00:00Z", false, "03:00: the hour is skipped, and the end with it"],
    ["2026-03-09T03:00:00Z", false, "Sunday night"],
  ],
);

check(
  "New York, office hours through both changes",
  { timeStart: "09:00", timeEnd: "17:00", days: [1, 2, 3, 4, 5], timezone: "America/New_York" },
  [
    ["2026-03-06T14:00:00Z", true, "Friday 09:00 in winter time"],
    ["2026-03-09T13:00:00Z", true, "Monday 09:00 in summer time"],
    ["2026-03-09T21:00:00Z", false, "Monday 17:00"],
    ["2026-10-30T13:00:00Z", true, "Friday 09:00 in summer time"],
    ["2026-11-02T13:00:00Z", false, "Monday 08:00 in winter time"],
    ["2026-11-02T14:00:00Z", true, "Monday 09:00"],
    ["2026-11-01T15:00:00Z", false, "Sunday"],
  ],
);

check(
  "Sydney, clocks back on 2026-04-05 at 03:00",
  { timeStart: "02:30", timeEnd: "03:00", days: [0], timezone: "Australia/Sydney" },
  [
    ["2026-04-04T15:30:00Z", true, "02:30 in summer time, Saturday in UTC"],
    ["2026-04-04T16:00:00Z", false, "02:00 again"],
    ["2026-04-04T16:30:00Z", true, "02:30 again"],
    ["2026-04-04T17:00:00Z", false, "03:00 in winter time"],
  ],
);

check(
  "Sydney, the night of Saturday 2026-10-03, clocks forward at 02:00",
  { timeStart: "23:00", timeEnd: "02:30", days: [6], timezone: "Australia/Sydney" },
  [
    ["2026-10-03T13:00:00Z", true, "23:00 in winter time"],
    ["2026-10-03T15:59:59Z", true, "01:59"],
    ["2026-10-03T16:00:00Z", false, "03:00 in summer time"],
    ["2026-10-04T12:00:00Z", false, "Sunday 23:00 in summer time"],
  ],
);

describe("the visitor's own zone", () => {
  const rules = route({ timeStart: "08:00", timeEnd: "09:00", days: [4], timezone: "visitor" });
  const nowMs = Date.parse("2026-11-18T23:30:00Z");
  const zones = [
    ["Asia/Tokyo", true],
    ["America/New_York", false],
    [null, false],
    ["Nowhere/At_All", false],
  ] as const;
  for (const [visitorTimezone, holds] of zones) {
    it(`${holds ? "holds" : "does not hold"} for ${visitorTimezone}`, ({ expect }) => {
      expect(evaluate(rules, visitor({ nowMs, visitorTimezone })) !== null).toBe(holds);
    });
  }

  it("is UTC if it is unknown", ({ expect }) => {
    const nowInUtc = Date.parse("2026-11-19T08:30:00Z");
    for (const visitorTimezone of [null, "", "Nowhere/At_All"]) {
      expect(evaluate(rules, visitor({ nowMs: nowInUtc, visitorTimezone }))?.id).toBe("r0");
    }
  });
});

describe("the cost of clocks", () => {
  it("is zero for rules in UTC", ({ expect }) => {
    const make = vi.spyOn(Intl, "DateTimeFormat");
    const ask = vi.spyOn(Intl.DateTimeFormat.prototype, "formatToParts");
    const rules = route({ timeStart: "01:00", timeEnd: "02:00" }, { days: [1], timezone: "UTC" });
    evaluate(rules, visitor());
    expect([make.mock.calls.length, ask.mock.calls.length]).toEqual([0, 0]);
    make.mockRestore();
    ask.mockRestore();
  });

  it("is one formatter call per zone and evaluation, for any number of rules", ({ expect }) => {
    const ask = vi.spyOn(Intl.DateTimeFormat.prototype, "formatToParts");
    const hour = { timeStart: "01:00", timeEnd: "01:01" };
    const zones = ["Asia/Tokyo", "Europe/Kyiv", "visitor"];
    const rules = route(
      ...Array.from({ length: 30 }, (_, n) => ({ ...hour, timezone: zones[n % 3] ?? "" })),
    );
    const nowMs = Date.parse("2031-05-05T12:34:00Z");
    evaluate(rules, visitor({ nowMs, visitorTimezone: "Asia/Tokyo" }), []);
    expect(ask).toHaveBeenCalledTimes(2);
    ask.mockRestore();
  });

  it("stays bounded when more zones are used than are cached", ({ expect }) => {
    const zones = Intl.supportedValuesOf("timeZone");
    expect(zones.length).toBeGreaterThan(300);
    const nowMs = Date.parse("2026-07-01T12:00:00Z");
    const first = zones.map((zone) => minuteOfWeek(zone, nowMs));
    expect(zones.map((zone) => minuteOfWeek(zone, nowMs))).toEqual(first);
  });
});

describe("isTimeZone", () => {
  const names = [
    ["Europe/Kyiv", true],
    ["America/Argentina/Buenos_Aires", true],
    ["Etc/GMT+3", true],
    ["UTC", true],
    ["Europe/Atlantis", false],
    ["+02:00", false],
    ["visitor", false],
    ["", false],
    ["E".repeat(65), false],
  ] as const;
  for (const [name, known] of names) {
    it(`${known ? "knows" : "does not know"} ${JSON.stringify(name).slice(0, 40)}`, ({
      expect,
    }) => {
      expect(isTimeZone(name)).toBe(known);
    });
  }
});
