import fc from "fast-check";
import { describe, it } from "vitest";

import {
  aesOf,
  type EncryptBlocks,
  CODE_ALPHABET,
  CODE_LENGTH_MAX,
  CODE_LENGTH_MIN,
  codeSpace,
  permute,
  permuteToCodes as permuteRange,
} from "../../src/codes/permutation.ts";

const CODE_LENGTH = CODE_LENGTH_MIN;
const CODE_SPACE = codeSpace(CODE_LENGTH);
const CODE = new RegExp(`^[${CODE_ALPHABET}]{${CODE_LENGTH}}$`);
const KEY = new Uint8Array(16).map((_, at) => at * 7 + 1);
const ENCRYPT = await aesOf(KEY);

function permuteToCodes(encrypt: EncryptBlocks, first: number, count: number): string[] {
  return permuteRange(encrypt, { length: CODE_LENGTH, first, count });
}

/** Returns Pearson's statistic of each position against a uniform choice of letters. */
function chiSquares(codes: readonly string[]): number[] {
  const expected = codes.length / CODE_ALPHABET.length;
  return Array.from({ length: CODE_LENGTH }, (_, position) => {
    const counts = new Map<string, number>();
    for (const code of codes) {
      const letter = code.charAt(position);
      counts.set(letter, (counts.get(letter) ?? 0) + 1);
    }
    let sum = 0;
    for (const letter of CODE_ALPHABET) sum += ((counts.get(letter) ?? 0) - expected) ** 2;
    return sum / expected;
  });
}

describe("the permutation of codes", () => {
  it("maps a million numbers to a million different codes", ({ expect }) => {
    const seen = new Set<string>();
    for (let first = 0; first < 1_000_000; first += 50_000) {
      for (const code of permuteToCodes(ENCRYPT, first, 50_000)) seen.add(code);
    }
    expect(seen.size).toBe(1_000_000);
    expect([...seen].every((code) => CODE.test(code))).toBe(true);
  });

  it("never maps two numbers to one, for any numbers, any key and any length", async ({
    expect,
  }) => {
    const numbersOf = (length: number) =>
      fc.uniqueArray(fc.integer({ min: 0, max: codeSpace(length) - 1 }), {
        minLength: 2,
        maxLength: 200,
      });
    const length = fc.integer({ min: CODE_LENGTH_MIN, max: CODE_LENGTH_MAX });
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        length.chain((letters) => fc.tuple(fc.constant(letters), numbersOf(letters))),
        async (key, [letters, numbers]) => {
          const images = permute(await aesOf(key), letters, numbers);
          expect(new Set(images).size).toBe(numbers.length);
          expect(images.every((image) => image >= 0 && image < codeSpace(letters))).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("maps every number of a small space to another code", async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        fc.constantFrom(1, 2, 3),
        async (key, length) => {
          const count = codeSpace(length);
          const codes = permuteRange(await aesOf(key), { length, first: 0, count });
          expect(new Set(codes).size).toBe(count);
        },
      ),
      { numRuns: 10 },
    );
  });

  it("maps a number to the same code alone and in a batch", ({ expect }) => {
    const batch = permuteToCodes(ENCRYPT, 500, 20);
    const alone = batch.map((_, at) => permuteToCodes(ENCRYPT, 500 + at, 1)[0]);
    expect(alone).toEqual(batch);
  });

  it("spreads consecutive numbers evenly over every position", ({ expect }) => {
    // With 30 degrees of freedom, 59.7 is exceeded once in a thousand times. The key is fixed.
    for (const chiSquare of chiSquares(permuteToCodes(ENCRYPT, 0, 31_000))) {
      expect(chiSquare).toBeLessThan(59.7);
    }
  });

  it("shows no order in consecutive codes", ({ expect }) => {
    const codes = permuteToCodes(ENCRYPT, 0, 20_001);
    let rising = 0;
    let sameLetters = 0;
    for (const [at, code] of codes.slice(1).entries()) {
      const before = codes[at] ?? "";
      if (code > before) rising += 1;
      for (let position = 0; position < CODE_LENGTH; position += 1) {
        if (code.charAt(position) === before.charAt(position)) sameLetters += 1;
      }
    }
    expect(rising / 20_000).toBeCloseTo(1 / 2, 1);
    expect(sameLetters / (20_000 * CODE_LENGTH)).toBeCloseTo(1 / CODE_ALPHABET.length, 2);
  });

  it("maps numbers to other codes under another key", async ({ expect }) => {
    const other = await aesOf(KEY.map((byte) => byte ^ 1));
    const first = new Set(permuteToCodes(ENCRYPT, 0, 1_000));
    expect(permuteToCodes(other, 0, 1_000).filter((code) => first.has(code))).toHaveLength(0);
  });

  it("refuses numbers outside the space", ({ expect }) => {
    expect(() => permuteToCodes(ENCRYPT, CODE_SPACE - 1, 2)).toThrow(RangeError);
  });
});
