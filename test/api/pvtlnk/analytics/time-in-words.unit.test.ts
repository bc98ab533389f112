import { describe, it } from "vitest";

import { timeInWords } from "../../../../src/api/pvtlnk/analytics/time-in-words.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe("timeInWords", () => {
  it.for([
    [2.5 * HOUR, "2.5 hours"],
    [0, "0 seconds"],
    [40, "0 seconds"],
    [SECOND, "1 second"],
    [1_500, "1.5 seconds"],
    [59.94 * SECOND, "59.9 seconds"],
    [59.96 * SECOND, "1 minute"],
    [90 * SECOND, "1.5 minutes"],
    [59.97 * MINUTE, "1 hour"],
    [HOUR, "1 hour"],
    [23.94 * HOUR, "23.9 hours"],
    [23.96 * HOUR, "1 day"],
    [36 * HOUR, "1.5 days"],
    [30 * DAY, "30 days"],
    [365 * DAY, "365 days"],
  ] as const)("says %i ms as %j", ([ms, words], { expect }) => {
    expect(timeInWords(ms)).toBe(words);
  });
});
