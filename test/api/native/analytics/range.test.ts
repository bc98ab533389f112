import { describe, it } from "vitest";

import { reportQuery } from "../../../../src/api/native/analytics/contract.ts";
import { reportRange } from "../../../../src/api/native/analytics/range.ts";

const rangeAt = (now: string, query: Record<string, string>) =>
  reportRange(reportQuery.parse(query), Date.parse(now));

describe("the days of a report", () => {
  it.for([
    ["2026-11-27T01:00Z", "America/Los_Angeles", "2026-11-21", "2026-11-27"],
    ["2026-11-27T04:59Z", "America/New_York", "2026-11-21", "2026-11-27"],
    ["2026-11-27T12:00Z", "America/Los_Angeles", "2026-11-21", "2026-11-27"],
    ["2026-11-27T16:00Z", "Asia/Tokyo", "2026-11-21", "2026-11-28"],
    ["2026-11-27T10:30Z", "Pacific/Kiritimati", "2026-11-21", "2026-11-28"],
    ["2026-11-27T12:00Z", "Europe/Kyiv", "2026-11-21", "2026-11-27"],
    ["2026-11-27T11:00Z", "Pacific/Pago_Pago", "2026-11-21", "2026-11-27"],
  ] as const)(
    "at %s in %s have UTC's today and all that they have without tz",
    ([now, tz, from, to], { expect }) => {
      expect(rangeAt(now, { range: "7d", tz })).toEqual({ ok: true, value: { from, to } });
    },
  );

  it("may begin with the day that has begun in tz", ({ expect }) => {
    const west = { from: "2026-11-27", tz: "America/Los_Angeles" };
    expect(rangeAt("2026-11-27T01:00Z", west).ok).toBe(true);
    const east = { from: "2026-11-28", tz: "Asia/Tokyo" };
    expect(rangeAt("2026-11-27T16:00Z", east).ok).toBe(true);
    expect(rangeAt("2026-11-27T16:00Z", { from: "2026-11-28" }).ok).toBe(false);
  });

  it("that end on a given day do not depend on tz", ({ expect }) => {
    const given = { to: "2026-11-20", range: "7d", tz: "Asia/Tokyo" };
    const value = { from: "2026-11-14", to: "2026-11-20" };
    expect(rangeAt("2026-11-27T16:00Z", given)).toEqual({ ok: true, value });
  });
});
