/** Tests the precision and the encoding of visitor sketches. */

import fc from "fast-check";
import { describe, it } from "vitest";

import { visitorOf } from "../../../src/ledger/conversions/visitor.ts";
import {
  addVisitor,
  COARSE_BYTES,
  coarsenSketch,
  decodeSketch,
  emptySketch,
  encodeSketch,
  estimateVisitors,
  mergeSketch,
  type Sketch,
} from "../../../src/ledger/counts/sketch.ts";

/** Returns a generator of hashes that a seed reproduces (SplitMix32). */
function hashes(seed: number): () => string {
  let state = seed | 0;
  const word = () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0).toString(16).padStart(8, "0");
  };
  return () => word() + word();
}

/** The most visitors that a sparse sketch holds. */
const SPARSE_MAX = 3_072;

function sketchOf(visitors: Iterable<string>): Sketch {
  const sketch = emptySketch();
  for (const visitor of visitors) addVisitor(sketch, visitor);
  return sketch;
}

function* take(next: () => string, count: number): Generator<string> {
  for (let n = 0; n < count; n++) yield next();
}

function relativeError(seed: number, size: number): number {
  return Math.abs(estimateVisitors(sketchOf(take(hashes(seed), size))) / size - 1);
}

/** Seeds with sizes spread evenly over the orders of magnitude from 10 to 10^6. */
const SEEDS = Array.from({ length: 100 }, (_, seed) => ({
  seed: seed * 7_919 + 1,
  size: Math.round(10 ** (1 + (seed / 99) * 5)),
}));

describe("a sketch", () => {
  it("is within 2 % in 98 of 100 cases", { timeout: 180_000 }, ({ expect }) => {
    const wrong = SEEDS.filter(({ seed, size }) => relativeError(seed, size) > 0.02);
    expect(wrong.length).toBeLessThanOrEqual(2);
  });

  it("is exact up to a thousand visitors", ({ expect }) => {
    for (const size of [0, 1, 2, 10, 100, 500, 1_000]) {
      expect(estimateVisitors(sketchOf(take(hashes(size), size)))).toBe(size);
    }
  });

  it("does not count a visitor twice", ({ expect }) => {
    const visitors = [...take(hashes(5), 800)];
    expect(estimateVisitors(sketchOf([...visitors, ...visitors]))).toBe(800);
  });

  const sizes = fc.integer({ min: 0, max: 2 * SPARSE_MAX });

  it("merged with another equals one sketch of both, sparse or dense", ({ expect }) => {
    fc.assert(
      fc.property(fc.integer(), sizes, sizes, sizes, (seed, left, shared, right) => {
        const next = hashes(seed);
        const [a, both, b] = [left, shared, right].map((size) => [...take(next, size)]) as [
          string[],
          string[],
          string[],
        ];
        const merged = sketchOf([...a, ...both]);
        mergeSketch(merged, sketchOf([...both, ...b]));
        expect(merged).toEqual(sketchOf([...a, ...both, ...b]));
      }),
      { seed: 11, numRuns: 40 },
    );
  });

  it("merged with a coarse one equals one coarse sketch of both", ({ expect }) => {
    const coarse = (visitors: readonly string[]): Sketch => {
      const sketch = sketchOf(visitors);
      coarsenSketch(sketch);
      return sketch;
    };
    fc.assert(
      fc.property(fc.integer(), sizes, sizes, (seed, left, right) => {
        const next = hashes(seed);
        const [a, b] = [[...take(next, left)], [...take(next, right)]];
        const [fine, rough] = [sketchOf(a), coarse(a)];
        mergeSketch(fine, coarse(b));
        mergeSketch(rough, sketchOf(b));
        expect(fine).toEqual(coarse([...a, ...b]));
        expect(rough).toEqual(fine);
        expect(decodeSketch(encodeSketch(fine))).toEqual(fine);
        expect(encodeSketch(fine).length).toBe(COARSE_BYTES);
      }),
      { seed: 13, numRuns: 20 },
    );
  });

  it("is within 8 % in 98 of 100 cases if it is coarse", ({ expect }) => {
    const wrong = SEEDS.filter(({ seed, size }) => {
      const sketch = sketchOf(take(hashes(seed), Math.min(size, 20_000)));
      coarsenSketch(sketch);
      return Math.abs(estimateVisitors(sketch) / Math.min(size, 20_000) - 1) > 0.08;
    });
    expect(wrong.length).toBeLessThanOrEqual(2);
  });

  it("is unchanged by encoding and decoding", ({ expect }) => {
    fc.assert(
      fc.property(fc.integer(), sizes, (seed, size) => {
        const sketch = sketchOf(take(hashes(seed), size));
        expect(decodeSketch(encodeSketch(sketch))).toEqual(sketch);
      }),
      { seed: 12, numRuns: 40 },
    );
  });

  it("takes at most 12 KB and refuses bytes that it did not write", ({ expect }) => {
    expect(encodeSketch(sketchOf(take(hashes(1), 50_000))).length).toBe(12_289);
    expect(encodeSketch(sketchOf(take(hashes(1), SPARSE_MAX))).length).toBe(12_289);
    expect(() => decodeSketch(new Uint8Array([9]))).toThrow("unknown kind");
  });

  it("is just as precise for pairs of few addresses and few user agents", ({ expect }) => {
    const addresses = [...take(hashes(21), 300)];
    const agents = [...take(hashes(22), 300)];
    const pairs = addresses.flatMap((address) => agents.map((agent) => visitorOf(address, agent)));
    expect(new Set(pairs).size).toBe(90_000);
    expect(Math.abs(estimateVisitors(sketchOf(pairs)) / 90_000 - 1)).toBeLessThan(0.02);
  });
});
