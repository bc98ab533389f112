import { describe, it } from "vitest";

import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/platform/clock.ts";
import { atLeastAsked, delayAfter } from "../../src/webhooks/schedule.ts";

const NOW = Date.parse("2026-05-04T10:00:00Z");

describe("the schedule", () => {
  it("the default schedule retries after 1, 5 and 30 seconds, and then no more", ({ expect }) => {
    const delays = [1, 2, 3, 4, 5].map((attempt) => delayAfter("default", attempt, 0.9));
    expect(delays).toEqual([1_000, 5_000, 30_000, null, null]);
  });

  it("the extended schedule goes up to a day, with each later delay within a fifth", ({
    expect,
  }) => {
    const later = [5 * MINUTE_MS, 30 * MINUTE_MS, ...[2, 5, 10, 14, 20].map((h) => h * HOUR_MS)];
    for (const [index, delay] of later.entries()) {
      expect(delayAfter("extended", index + 4, 0)).toBe(delay * 0.8);
      expect(delayAfter("extended", index + 4, 0.5)).toBe(delay);
      const longest = delayAfter("extended", index + 4, 0.999_999) ?? 0;
      expect(longest).toBeGreaterThan(delay * 1.199);
      expect(longest).toBeLessThanOrEqual(delay * 1.2);
    }
    expect(delayAfter("extended", 11, 0)).toBe(0.8 * DAY_MS);
    expect(delayAfter("extended", 11, 0.999)).toBe(DAY_MS);
    expect(delayAfter("extended", 12, 0.5)).toBeNull();
  });
});

describe("Retry-After", () => {
  it.for([
    [null, 1_000],
    ["0", 1_000],
    ["7", 7_000],
    [" 7 ", 7_000],
    ["Mon, 04 May 2026 10:02:00 GMT", 2 * MINUTE_MS],
    ["Mon, 04 May 2026 09:00:00 GMT", 1_000],
    ["999999999", DAY_MS],
    ["99999999999999999999", 1_000],
    ["-5", 1_000],
    ["soon", 1_000],
  ] as const)("%s makes a second %d ms", ([header, expected], { expect }) => {
    expect(atLeastAsked(1_000, header, NOW)).toBe(expected);
  });
});
