import fc from "fast-check";
import { describe, it } from "vitest";

import { FIRST_CODE, takeNumbers, usableCodes } from "../../src/codes/code-counter.ts";
import {
  CODE_LENGTH_MAX,
  CODE_LENGTH_MIN,
  codeSpace,
  permuteToCodes,
} from "../../src/codes/permutation.ts";

/** Blocks as they are: a permutation needs no secret to be one. */
const PLAIN = (blocks: Uint8Array): Uint8Array => blocks.slice();

/** A counter near the border between two lengths. */
const nearBorder = fc
  .record({
    length: fc.integer({ min: CODE_LENGTH_MIN, max: CODE_LENGTH_MAX - 1 }),
    before: fc.integer({ min: 0, max: 50 }),
  })
  .map(({ length, before }) => ({ length, next: usableCodes(length) - before }));

describe("the counter of codes", () => {
  it("never takes a number twice, and skips none before the border", ({ expect }) => {
    fc.assert(
      fc.property(nearBorder, fc.array(fc.integer({ min: 1, max: 30 })), (start, counts) => {
        let counter = start;
        const numbers: string[] = [];
        for (const count of counts) {
          const { ranges, after } = takeNumbers(counter, count);
          counter = after;
          for (const { length, first, count: taken } of ranges) {
            for (let n = first; n < first + taken; n += 1) numbers.push(`${length}:${n}`);
          }
        }
        const total = counts.reduce((sum, count) => sum + count, 0);
        expect(numbers).toHaveLength(total);
        expect(new Set(numbers).size).toBe(total);
        const left = usableCodes(start.length) - start.next;
        const short = numbers.filter((one) => one.startsWith(`${start.length}:`));
        expect(short).toHaveLength(Math.min(total, left));
      }),
    );
  });

  it("leads over the border to codes of which none was there before", ({ expect }) => {
    fc.assert(
      fc.property(nearBorder, fc.integer({ min: 51, max: 200 }), (start, count) => {
        const codes = takeNumbers(start, count).ranges.flatMap((range) =>
          permuteToCodes(PLAIN, range),
        );
        expect(new Set(codes).size).toBe(count);
        const lengths = codes.map((code) => code.length);
        expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
        expect(lengths.at(-1)).toBe(start.length + 1);
      }),
    );
  });

  it("adds a letter when 60 % of a length is used", ({ expect }) => {
    const used = usableCodes(CODE_LENGTH_MIN);
    expect(used / codeSpace(CODE_LENGTH_MIN)).toBeCloseTo(0.6, 9);
    const { after } = takeNumbers({ ...FIRST_CODE, next: used - 1 }, 1);
    expect(after).toEqual({ length: CODE_LENGTH_MIN, next: used });
    expect(takeNumbers(after, 1).ranges).toEqual([
      { length: CODE_LENGTH_MIN + 1, first: 0, count: 1 },
    ]);
  });
});
