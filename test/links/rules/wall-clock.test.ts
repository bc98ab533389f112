import { afterEach, describe, it, vi } from "vitest";

import { isTimeZone, minuteOfWeek } from "../../../src/links/rules/wall-clock.ts";

const ZONES = Intl.supportedValuesOf("timeZone");
const NOW = Date.parse("2026-05-04T10:00:00Z");

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the wall clocks of zones", () => {
  it("are each read once a minute, however many zones are read in turns", ({ expect }) => {
    const zones = ZONES.slice(0, 300);
    const read = (nowMs: number) => zones.map((zone) => minuteOfWeek(zone, nowMs));
    const first = read(NOW);
    const created = vi.spyOn(Intl, "DateTimeFormat");
    for (let times = 0; times < 3; times += 1) expect(read(NOW + 1_000)).toEqual(first);
    expect(created).not.toHaveBeenCalled();
    const next = read(NOW + 60_000);
    expect(next).toEqual(first.map((minute) => (minute + 1) % (7 * 1_440)));
    expect(created.mock.calls.length).toBeLessThanOrEqual(zones.length);
  });

  it("know a zone in any letter case, and keep nothing of names that are none", ({ expect }) => {
    expect(minuteOfWeek("EUROPE/kyiv", NOW)).toBe(minuteOfWeek("Europe/Kyiv", NOW));
    const created = vi.spyOn(Intl, "DateTimeFormat");
    for (const zone of ["europe/kyiv", "Europe/KYIV", "eUROPE/Kyiv"]) {
      expect(isTimeZone(zone)).toBe(true);
    }
    expect(created).not.toHaveBeenCalled();
    for (let n = 0; n < 1_000; n += 1) expect(isTimeZone(`Nowhere/N${n}`)).toBe(false);
    expect(minuteOfWeek("Europe/Kyiv", NOW)).toBeGreaterThan(0);
  });
});
