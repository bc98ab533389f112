import { describe, it } from "vitest";

import { parseAbTest, parseAbTestChange } from "../../../../src/api/shared/wire/variants.ts";

const A = { id: "1714000000000", name: "Variant A", url: "https://example.com/a", weight: 60 };
const B = { id: "1714000000001", name: "Variant B", url: "https://example.com/b", weight: 40 };

const read = (input: unknown) => parseAbTest(input);
const weighted = (weights: readonly number[], enabled = true) =>
  read({ enabled, variants: weights.map((weight, n) => ({ ...A, id: `v${n}`, weight })) });

describe("parseAbTest accepts", () => {
  it("the page's example, its ids as given", ({ expect }) => {
    expect(read({ enabled: true, variants: [A, B] })).toEqual({
      ok: true,
      value: {
        enabled: true,
        variants: [
          { ...A, active: true },
          { ...B, active: true },
        ],
      },
    });
  });

  it("what the page turns a test off with", ({ expect }) => {
    expect(read({ enabled: false, variants: [] })).toEqual({
      ok: true,
      value: { enabled: false, variants: [] },
    });
  });

  it("stickiness, where it is spoken of", ({ expect }) => {
    for (const sticky of [true, false]) {
      const result = read({ enabled: true, variants: [A, B], sticky });
      expect(result).toMatchObject({ ok: true, value: { sticky } });
    }
  });

  it("any number and sum of variants while the test is off", ({ expect }) => {
    expect(weighted([10], false).ok).toBe(true);
    expect(weighted([70, 70], false).ok).toBe(true);
  });

  const sums = [
    [60, 40],
    [99.5, 0.5],
    [33.3, 33.3, 33.4],
    [1.9, 65.01, 33.09],
    [14.3, 14.3, 14.3, 14.3, 14.3, 14.3, 14.2],
  ];
  for (const weights of sums) {
    it(`weights of ${weights.join(" + ")}`, ({ expect }) => {
      expect(weighted(weights).ok).toBe(true);
    });
  }

  it("deep links, odd ids as they are, and unknown fields without keeping them", ({ expect }) => {
    const odd = { ...A, id: " ид 1 ", url: "myapp://a", active: false, extra: 1 };
    expect(read({ enabled: true, variants: [odd, B], extra: 1 })).toEqual({
      ok: true,
      value: {
        enabled: true,
        variants: [
          { id: " ид 1 ", name: A.name, url: "myapp://a", weight: 60, active: true },
          { ...B, active: true },
        ],
      },
    });
  });
});

describe("parseAbTest refuses", () => {
  const sum = "All variant weights must sum to exactly 100";
  const two = "abTest.variants must have at least 2 variants";
  const whole: readonly [string, unknown, string, string][] = [
    ["null", null, "abTest", "abTest must be an object"],
    ["an array", [], "abTest", "abTest must be an object"],
    ["a text", "on", "abTest", "abTest must be an object"],
    ["no enabled", { variants: [A, B] }, "abTest.enabled", "abTest.enabled must be true or false"],
    [
      "enabled as text",
      { enabled: "true", variants: [A, B] },
      "abTest.enabled",
      "abTest.enabled must be true or false",
    ],
    [
      "sticky as text",
      { enabled: true, variants: [A, B], sticky: "yes" },
      "abTest.sticky",
      "abTest.sticky must be true or false",
    ],
    ["no variants", { enabled: true }, "abTest.variants", "abTest.variants must be an array"],
    [
      "no variants while off",
      { enabled: false },
      "abTest.variants",
      "abTest.variants must be an array",
    ],
    ["an empty test that is on", { enabled: true, variants: [] }, "abTest.variants", two],
    ["one variant", { enabled: true, variants: [{ ...A, weight: 100 }] }, "abTest.variants", two],
    [
      "101 variants",
      { enabled: false, variants: Array.from({ length: 101 }, () => A) },
      "abTest.variants",
      "abTest.variants must have at most 100 items",
    ],
    ["a sum of 99", { enabled: true, variants: [A, { ...B, weight: 39 }] }, "abTest.variants", sum],
    [
      "a sum of 101",
      { enabled: true, variants: [A, { ...B, weight: 41 }] },
      "abTest.variants",
      sum,
    ],
    [
      "a sum of almost 100",
      { enabled: true, variants: [A, { ...B, weight: 39.9999 }] },
      "abTest.variants",
      sum,
    ],
  ];
  for (const [name, input, field, sentence] of whole) {
    it(`refuses ${name}`, ({ expect }) => {
      expect(read(input)).toEqual({ ok: false, error: { field, sentence } });
    });
  }

  const text = "must be a string of 1 to 100 characters";
  const weight = "must be a number above 0 and at most 100";
  const each: readonly [string, object, string][] = [
    ["id", { id: undefined }, text],
    ["id", { id: "" }, text],
    ["id", { id: " " }, text],
    ["id", { id: 1_714_000_000_001 }, text],
    ["id", { id: "x".repeat(101) }, text],
    ["id", { id: A.id }, "must be unique"],
    ["name", { name: undefined }, text],
    ["name", { name: "" }, text],
    ["name", { name: "x".repeat(101) }, text],
    ["url", { url: undefined }, "is required"],
    ["url", { url: "" }, "is required"],
    ["url", { url: 7 }, "is required"],
    ["weight", { weight: undefined }, weight],
    ["weight", { weight: "40" }, weight],
    ["weight", { weight: 0 }, weight],
    ["weight", { weight: -40 }, weight],
    ["weight", { weight: 100.1 }, weight],
    ["weight", { weight: Number.NaN }, weight],
    ["weight", { weight: Infinity }, weight],
  ];
  for (const enabled of [true, false]) {
    for (const [field, fields, rest] of each) {
      it(`${field} ${JSON.stringify(fields).slice(0, 60)}, ${enabled ? "on" : "off"}`, ({
        expect,
      }) => {
        const place = `abTest.variants[1].${field}`;
        expect(read({ enabled, variants: [A, { ...B, ...fields }] })).toEqual({
          ok: false,
          error: { field: place, sentence: `${place} ${rest}` },
        });
      });
    }
  }

  it("a variant that is no object", ({ expect }) => {
    for (const item of [null, "A", [A]]) {
      const place = "abTest.variants[0]";
      const error = { field: place, sentence: `${place} must be an object` };
      expect(read({ enabled: true, variants: [item, B] })).toEqual({ ok: false, error });
    }
  });
});

describe("parseAbTestChange", () => {
  const change = (input: unknown) => parseAbTestChange(input, () => "new");

  it("takes what is said alone, relative weights, and variants that are off", ({ expect }) => {
    expect(change({})).toEqual({ ok: true, value: {} });
    expect(change({ enabled: true })).toEqual({ ok: true, value: { enabled: true } });
    const { name, url } = A;
    const variants = [
      { ...A, weight: 1_000_000, active: false },
      { name, url, weight: 0, active: true },
    ];
    expect(change({ sticky: false, variants })).toEqual({
      ok: true,
      value: { sticky: false, variants: [variants[0], { ...variants[1], id: "new" }] },
    });
  });

  it("does not check addresses: the engine does", ({ expect }) => {
    const variants = [{ ...A, url: "data:x", active: true }];
    expect(change({ variants })).toEqual({ ok: true, value: { variants } });
  });

  const one = (fields: object) => ({ variants: [{ ...A, ...fields }] });
  const text = "must be a string of 1 to 100 characters";
  const weight = "must be a number from 0 to 1000000";
  const cases: readonly [unknown, string, string][] = [
    [null, "abTest", "must be an object"],
    [[], "abTest", "must be an object"],
    [{ enabled: "yes" }, "abTest.enabled", "must be true or false"],
    [{ enabled: true, sticky: 1, variants: [] }, "abTest.sticky", "must be true or false"],
    [{ enabled: true, variants: {} }, "abTest.variants", "must be an array"],
    [
      { variants: Array.from({ length: 101 }, () => A) },
      "abTest.variants",
      "must have at most 100 items",
    ],
    [{ variants: ["a"] }, "abTest.variants[0]", "must be an object"],
    [one({ id: 5 }), "abTest.variants[0].id", text],
    [{ variants: [A, A] }, "abTest.variants[1].id", "must be unique"],
    [one({ name: "" }), "abTest.variants[0].name", text],
    [one({ url: "" }), "abTest.variants[0].url", "is required"],
    [one({ weight: -1 }), "abTest.variants[0].weight", weight],
    [one({ weight: 1_000_001 }), "abTest.variants[0].weight", weight],
    [one({ weight: "60" }), "abTest.variants[0].weight", weight],
    [one({ active: 1 }), "abTest.variants[0].active", "must be true or false"],
  ];
  for (const [input, field, words] of cases) {
    it(`refuses ${JSON.stringify(input).slice(0, 80)}`, ({ expect }) => {
      expect(change(input)).toEqual({ ok: false, error: { field, sentence: `${field} ${words}` } });
    });
  }
});
