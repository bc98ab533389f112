import fc from "fast-check";
import { describe, it } from "vitest";

import { chooseVariant, stickyValue, stickyVariant } from "../../../src/links/variants/choose.ts";
import {
  routeVariants,
  type RouteVariant,
  type Variant,
} from "../../../src/links/variants/variant.ts";

const variants = (...weights: readonly number[]): RouteVariant[] =>
  weights.map((weight, n) => ({ id: `v${n}`, to: `https://example.com/${n}`, weight }));

/** mulberry32: a fixed seed gives the same draws everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const BELOW_ONE = 1 - 2 ** -53;

describe("chooseVariant", () => {
  const edges: readonly [readonly number[], number, string | null][] = [
    [[60, 40], 0, "v0"],
    [[60, 40], 0.5999999, "v0"],
    [[60, 40], 0.6, "v1"],
    [[60, 40], BELOW_ONE, "v1"],
    [[1], BELOW_ONE, "v0"],
    [[0, 1, 0], 0, "v1"],
    [[0, 1, 0], BELOW_ONE, "v1"],
    [[33.3, 33.3, 33.4], BELOW_ONE, "v2"],
    [[0.1, 0.2, 0.3], BELOW_ONE, "v2"],
    [[], 0.5, null],
    [[0], 0.5, null],
    [[0, 0], 0, null],
  ];
  for (const [weights, random, id] of edges) {
    it(`gives ${id} of weights ${JSON.stringify(weights)} at ${random}`, ({ expect }) => {
      expect(chooseVariant(variants(...weights), random)?.id ?? null).toBe(id);
    });
  }

  const mixes = [
    [60, 40],
    [70, 30],
    [1, 1, 1],
    [50, 30, 15, 5],
    [1, 0, 999],
    [33.3, 33.3, 33.4],
  ];
  for (const weights of mixes) {
    it(`shares 100,000 visitors as ${weights.join(":")}`, ({ expect }) => {
      const draws = 100_000;
      for (const seed of [1, 20_261_121, 0xc0ffee]) {
        const random = randomFrom(seed);
        const active = variants(...weights);
        const counts = new Map<string, number>();
        for (let n = 0; n < draws; n++) {
          const id = chooseVariant(active, random())?.id ?? "none";
          counts.set(id, (counts.get(id) ?? 0) + 1);
        }
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        let chiSquare = 0;
        for (const { id, weight } of active) {
          const expected = (draws * weight) / total;
          const found = counts.get(id) ?? 0;
          if (weight === 0) expect(found).toBe(0);
          else chiSquare += (found - expected) ** 2 / expected;
        }
        expect(counts.has("none")).toBe(false);
        // The 0.999 quantile for three degrees of freedom, the most that any of these mixes has.
        expect(chiSquare).toBeLessThan(16.27);
      }
    });
  }

  it("returns for every draw a variant with a weight, and never one without", ({ expect }) => {
    const weight = fc.oneof(
      fc.constant(0),
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.double({ min: 0.000_001, max: 100, noNaN: true }),
    );
    const random = fc.oneof(
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.constantFrom(0, BELOW_ONE),
    );
    fc.assert(
      fc.property(fc.array(weight, { maxLength: 20 }), random, (weights, random01) => {
        const chosen = chooseVariant(variants(...weights), random01);
        if (weights.some((each) => each > 0)) expect(chosen?.weight).toBeGreaterThan(0);
        else expect(chosen).toBeNull();
      }),
      { numRuns: 2_000 },
    );
  });

  it("gives integer weights exactly their share of evenly spread draws", ({ expect }) => {
    const weights = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(weights, (list) => {
        const total = list.reduce((sum, weight) => sum + weight, 0);
        const found = list.map(() => 0);
        for (let n = 0; n < total; n++) {
          const chosen = chooseVariant(variants(...list), (n + 0.5) / total);
          const index = Number(chosen?.id.slice(1));
          found[index] = (found[index] ?? 0) + 1;
        }
        expect(found).toEqual(list);
      }),
    );
  });
});

describe("stickyVariant", () => {
  const active = variants(100, 0);

  it("returns the variant that the cookie names, even one that gets no new visitors", ({
    expect,
  }) => {
    expect(stickyVariant(active, "v0")?.id).toBe("v0");
    expect(stickyVariant(active, "v1")?.id).toBe("v1");
  });

  it("returns none without a cookie, for a malformed one, or for a removed variant", ({
    expect,
  }) => {
    for (const value of [null, "", "v2", "V0", "%", "v0;"]) {
      expect(stickyVariant(active, value)).toBeNull();
    }
  });

  it("finds any id by a value that a cookie may contain", ({ expect }) => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 20 }), (id) => {
        const odd = [{ id, to: "https://example.com/", weight: 1 }];
        const value = stickyValue({ id });
        expect(value).toMatch(/^[\w.!~*'()%-]+$/);
        expect(stickyVariant(odd, value)?.id).toBe(id);
      }),
    );
  });
});

describe("routeVariants", () => {
  it("keeps only active variants, with their addresses normalised", ({ expect }) => {
    const all: readonly Variant[] = [
      { id: "1714000000000", name: "A", url: "https://example.com", weight: 60, active: true },
      { id: "1714000000001", name: "B", url: "https://example.com/b", weight: 40, active: false },
    ];
    expect(routeVariants(all)).toEqual([
      { id: "1714000000000", to: "https://example.com/", weight: 60 },
    ]);
  });
});
