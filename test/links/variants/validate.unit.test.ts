import { describe, it } from "vitest";

import { parseDestination } from "../../../src/links/destination.ts";
import type { UrlCheck } from "../../../src/links/rules/validate.ts";
import { validateAbTest } from "../../../src/links/variants/validate.ts";
import { err, ok } from "../../../src/platform/result.ts";

const checkUrl: UrlCheck = (text) => {
  const parsed = parseDestination(text, { deepLinks: true, isOwnHost: () => false });
  return parsed.ok ? ok(parsed.value.text) : err("must be a valid URL");
};

const A = { id: "1714000000000", name: "Variant A", url: "https://example.com/a", weight: 60 };
const B = { id: "1714000000001", name: "Variant B", url: "https://example.com/b", weight: 40 };

const read = (input: unknown) => validateAbTest(input, checkUrl);
const weighted = (weights: readonly number[], enabled = true) =>
  read({ enabled, variants: weights.map((weight, n) => ({ ...A, id: `v${n}`, weight })) });

describe("validateAbTest accepts", () => {
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

describe("validateAbTest refuses", () => {
  const sum = "All variant weights must sum to exactly 100.";
  const two = "abTest.variants must have at least 2 variants.";
  const whole: readonly [string, unknown, string, string][] = [
    ["null", null, "abTest", "abTest must be an object."],
    ["an array", [], "abTest", "abTest must be an object."],
    ["a text", "on", "abTest", "abTest must be an object."],
    ["no enabled", { variants: [A, B] }, "enabled", "abTest.enabled must be true or false."],
    [
      "enabled as text",
      { enabled: "true", variants: [A, B] },
      "enabled",
      "abTest.enabled must be true or false.",
    ],
    [
      "sticky as text",
      { enabled: true, variants: [A, B], sticky: "yes" },
      "sticky",
      "abTest.sticky must be true or false.",
    ],
    ["no variants", { enabled: true }, "variants", "abTest.variants must be an array."],
    ["no variants while off", { enabled: false }, "variants", "abTest.variants must be an array."],
    ["an empty test that is on", { enabled: true, variants: [] }, "variants", two],
    ["one variant", { enabled: true, variants: [{ ...A, weight: 100 }] }, "variants", two],
    [
      "101 variants",
      { enabled: false, variants: Array.from({ length: 101 }, () => A) },
      "variants",
      "abTest.variants must have at most 100 items.",
    ],
    ["a sum of 99", { enabled: true, variants: [A, { ...B, weight: 39 }] }, "weight", sum],
    ["a sum of 101", { enabled: true, variants: [A, { ...B, weight: 41 }] }, "weight", sum],
    [
      "a sum of almost 100",
      { enabled: true, variants: [A, { ...B, weight: 39.9999 }] },
      "weight",
      sum,
    ],
  ];
  for (const [name, input, field, message] of whole) {
    it(`refuses ${name}`, ({ expect }) => {
      const error = { message, variantIndex: null, field };
      expect(read(input)).toEqual({ ok: false, error });
    });
  }

  const text = "must be a string of 1 to 100 characters.";
  const weight = "must be a number above 0 and at most 100.";
  const each: readonly [string, object, string][] = [
    ["id", { id: undefined }, text],
    ["id", { id: "" }, text],
    ["id", { id: " " }, text],
    ["id", { id: 1_714_000_000_001 }, text],
    ["id", { id: "x".repeat(101) }, text],
    ["id", { id: A.id }, "must be unique."],
    ["name", { name: undefined }, text],
    ["name", { name: "" }, text],
    ["name", { name: "x".repeat(101) }, text],
    ["url", { url: undefined }, "is required."],
    ["url", { url: "" }, "is required."],
    ["url", { url: 7 }, "is required."],
    ["url", { url: "javascript:alert(1)" }, "must be a valid URL."],
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
        const message = `abTest.variants[1].${field} ${rest}`;
        expect(read({ enabled, variants: [A, { ...B, ...fields }] })).toEqual({
          ok: false,
          error: { message, variantIndex: 1, field },
        });
      });
    }
  }

  it("a variant that is no object", ({ expect }) => {
    for (const item of [null, "A", [A]]) {
      const error = { message: "abTest.variants[0] must be an object.", variantIndex: 0 };
      expect(read({ enabled: true, variants: [item, B] })).toMatchObject({ ok: false, error });
    }
  });
});
