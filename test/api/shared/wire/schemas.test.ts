/** The documents describe all that the readers of rules, A/B tests and QR settings accept and show. */

import fc from "fast-check";
import { describe, it } from "vitest";
import * as z from "zod";

import { parseQrSettings } from "../../../../src/api/shared/wire/qr.ts";
import { ITEMS_MAX, wireConditions } from "../../../../src/api/shared/wire/rule-conditions.ts";
import { parseRules, parseRulesWithDefault } from "../../../../src/api/shared/wire/rules.ts";
import { qrSettings, qrSettingsChange } from "../../../../src/api/shared/wire/schemas/qr.ts";
import {
  conditions,
  rule as wireRule,
  rules,
  rulesWithDefault,
} from "../../../../src/api/shared/wire/schemas/rules.ts";
import {
  abTest,
  abTestChange,
  abTestOfPercents,
  variant as wireVariant,
} from "../../../../src/api/shared/wire/schemas/variants.ts";
import { parseAbTest, parseAbTestChange } from "../../../../src/api/shared/wire/variants.ts";
import { BROWSERS, DEVICES, SYSTEMS } from "../../../../src/links/rules/rule.ts";

const wrong = fc.constantFrom<unknown>(
  "",
  " ",
  0,
  -1,
  7,
  0.5,
  true,
  {},
  ["x"],
  [null],
  "x".repeat(101),
);
const listOf = (...items: readonly unknown[]) =>
  fc.oneof(
    fc.constant(null),
    fc.array(fc.constantFrom(...items), { maxLength: items.length }),
    fc.constant(Array.from({ length: 101 }, () => items[0])),
  );
/** A field that is right more often than not. */
const field = (right: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 15, arbitrary: right }, { weight: 1, arbitrary: wrong });

const time = field(fc.constantFrom(null, "00:00", "23:59", "24:00", "9:00"));
const conditionFields = {
  country: field(listOf("UA", "DE", "EU", "ua")),
  city: field(listOf("Kyiv", "Ünï", "")),
  continent: field(listOf("AF", "EU", "XX")),
  language: field(listOf("pt", "pt-BR", "-")),
  referrer: field(listOf("facebook.com", "www.facebook.com")),
  queryParam: field(listOf("a", "a=b", "=", "é=ü")),
  app: field(listOf("Instagram", "TikTok", "x")),
  device: field(fc.oneof(listOf(...DEVICES), listOf("phone"))),
  os: field(fc.oneof(listOf(...SYSTEMS), listOf("macos"))),
  browser: field(fc.oneof(listOf(...BROWSERS), listOf("IE"))),
  daysOfWeek: field(listOf(0, 1, 6, 7)),
  timezone: field(fc.constantFrom(null, "visitor", "Europe/Kyiv", "Mars")),
};
const sentRule = fc
  .record(
    {
      targetUrl: field(fc.constantFrom("https://example.com", "myapp://x", "")),
      name: field(fc.constantFrom(null, " ", "A rule")),
      isDefault: fc.constantFrom(true, false),
      timeStart: time,
      timeEnd: time,
      ...conditionFields,
    },
    { requiredKeys: ["targetUrl"] },
  )
  // A rule with all conditions at once is hardly ever right.
  .chain((rule) =>
    fc
      .subarray(Object.entries(rule), { maxLength: 4 })
      .map((some) => Object.fromEntries([["targetUrl", rule.targetUrl], ...some])),
  );
const sentVariant = fc.record(
  {
    id: field(fc.constantFrom("a", "b", " ид ")),
    name: field(fc.constantFrom("A", " B ")),
    url: field(fc.constantFrom("https://example.com", "tel:1")),
    weight: field(fc.constantFrom(0, 0.5, 50, 100, 1_000_000, 1_000_001)),
    active: field(fc.boolean()),
  },
  { requiredKeys: ["name", "url", "weight"] },
);
const sentTest = fc.record(
  {
    enabled: field(fc.boolean()),
    sticky: field(fc.boolean()),
    variants: field(fc.array(sentVariant, { maxLength: 3 })),
  },
  { requiredKeys: [] },
);
const sentLook = fc.record(
  {
    color: field(fc.constantFrom("#000", "#1A1A2E", "red")),
    bgColor: field(fc.constantFrom("#fff", "#FFFFFF")),
    useLogo: field(fc.boolean()),
    logo: field(fc.constantFrom(null, "https://example.com/logo.png", "ftp://x")),
  },
  { requiredKeys: [] },
);

const allows = (schema: z.ZodType, value: unknown) => schema.safeParse(value).success;

/** Every sent value that the reader accepts must be one that the document allows. */
function check<T>(
  sent: fc.Arbitrary<T>,
  read: (value: T) => { readonly ok: boolean },
  schema: z.ZodType,
): number {
  let accepted = 0;
  fc.assert(
    fc.property(sent, (value) => {
      if (!read(value).ok) return true;
      accepted += 1;
      return allows(schema, value);
    }),
    { numRuns: 1_000 },
  );
  return accepted;
}

describe("what a reader accepts is documented", () => {
  it("of rules with all conditions", ({ expect }) => {
    const sent = fc.array(sentRule, { maxLength: 2 });
    expect(check(sent, parseRules, rules)).toBeGreaterThan(100);
  });

  it("of rules with their default", ({ expect }) => {
    const fallback = { targetUrl: "https://example.com", isDefault: true };
    const sent = sentRule.map((rule) => [{ isDefault: false, ...rule }, fallback]);
    expect(check(sent, parseRulesWithDefault, rulesWithDefault)).toBeGreaterThan(100);
  });

  it("of A/B tests", ({ expect }) => {
    const read = (value: unknown) => parseAbTestChange(value, () => "new");
    expect(check(sentTest, read, abTestChange)).toBeGreaterThan(100);
    expect(check(sentTest, parseAbTest, abTestOfPercents)).toBeGreaterThan(20);
  });

  it("of QR settings", ({ expect }) => {
    expect(check(sentLook, (value) => parseQrSettings(value), qrSettingsChange)).toBeGreaterThan(
      100,
    );
  });

  it("up to the most items of each list", ({ expect }) => {
    const items: Record<keyof typeof ITEMS_MAX, unknown> = {
      country: "UA",
      city: "Kyiv",
      language: "uk",
      referrer: "example.com",
      queryParam: "a",
      daysOfWeek: 1,
    };
    for (const [name, max] of Object.entries(ITEMS_MAX)) {
      const item = items[name as keyof typeof items];
      const most = { targetUrl: "https://example.com", [name]: Array(max).fill(item) };
      expect([name, allows(rules, [most])]).toEqual([name, true]);
      const tooMany = { ...most, [name]: Array(max + 1).fill(item) };
      expect([name, allows(rules, [tooMany])]).toEqual([name, false]);
      expect([name, parseRules([{ country: ["UA"], ...tooMany }]).ok]).toEqual([name, false]);
    }
  });
});

describe("what is shown is documented", () => {
  it("of the conditions of any rule", ({ expect }) => {
    let shown = 0;
    fc.assert(
      fc.property(sentRule, (sent) => {
        const read = parseRules([sent]);
        const [rule] = read.ok ? read.value : [];
        if (rule === undefined) return true;
        shown += 1;
        const { name = null, targetUrl, ...given } = rule;
        const wire = wireConditions(given);
        return allows(conditions, wire) && allows(wireRule, { id: "a", name, targetUrl, ...wire });
      }),
      { numRuns: 1_000 },
    );
    expect(shown).toBeGreaterThan(100);
  });

  it("of variants, tests and QR settings, with nothing besides", ({ expect }) => {
    const variant = { id: "a", name: "A", url: "https://example.com", weight: 1, active: true };
    const look = { color: "#000000", bgColor: "#ffffff", useLogo: false, logo: null };
    const test = { enabled: true, sticky: false, variants: [variant] };
    for (const [schema, value] of [
      [wireVariant, variant],
      [abTest, test],
      [qrSettings, look],
    ] as const) {
      expect(allows(schema, value)).toBe(true);
      expect(allows(schema, { ...value, more: 1 })).toBe(false);
    }
  });
});
