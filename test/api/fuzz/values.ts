/** Values for fields: such as their schemas allow, and such as no schema expects. */

import fc from "fast-check";
import * as z from "zod";

/** The part of JSON Schema that zod writes. */
interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

/** Texts that break what reads them carelessly. */
const UGLY_TEXTS: readonly string[] = [
  "",
  " ",
  "\u0000",
  "a\u0000b",
  "\ud800",
  "\u202eabc\u2066",
  "e\u0301".repeat(40),
  "👩‍👩‍👧‍👦",
  "İıſK",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "null",
  "NaN",
  "-0",
  "1e999",
  "9007199254740993",
  "-1",
  "0x10",
  "true",
  "[]",
  "{}",
  "' or 1=1 --",
  '"; drop table links; --',
  "%",
  "%00",
  "%ZZ",
  "%c0%af",
  "../../etc/passwd",
  "\r\nSet-Cookie: a=b",
  "<script>alert(1)</script>",
  "javascript:alert(1)",
  "data:text/html,x",
  "http://",
  "https://[::1]/",
  "https://[fe80::1%25eth0]/",
  "https://a:b@go.example/",
  "https://go.example:99999/",
  "https://xn--/",
  "https://127.1/",
  "//go.example",
  `https://go.example/${"a".repeat(5000)}`,
  "go.example",
  "*.go.example",
  "-.example",
  `${"a".repeat(64)}.example`,
  "::ffff:127.0.0.1/200",
  "10.0.0.0/8",
  "2026-02-30",
  "2026-02-30T25:61:61Z",
  "0000-01-01T00:00:00Z",
  "9999-12-31T23:59:59.999Z",
  "+275760-09-13T00:00:00.001Z",
  "-271821-04-20",
  "1",
  "99999999999999999999999999",
  "(a+)+$",
  "[",
  "a".repeat(300),
  "ÿ".repeat(3000),
  "x".repeat(70_000),
  "00000000-0000-0000-0000-000000000000",
  "ffffffffffffffffffffffff",
  "Etc/UTC",
  "a@b",
  "a@go.example",
  "*",
  "a,b,,c",
  ",",
];

const UGLY_VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  -0,
  0.1,
  1e-7,
  1e21,
  1e308,
  2 ** 31,
  2 ** 53,
  -(2 ** 63),
  [],
  {},
  [[]],
  [null],
  [{}],
  Array.from({ length: 200 }, (_, at) => at),
  Array.from({ length: 150 }, (_, at) => ({ id: at })),
  nested(20),
  nested(40),
  JSON.parse('{"__proto__": {"isAdmin": true}}'),
  JSON.parse('{"constructor": {"prototype": {"isAdmin": true}}}'),
  { length: 5 },
  { toJSON: 1 },
  { toString: null },
];

/** Nests arrays and objects so deep. */
function nested(levels: number): unknown {
  return levels === 0 ? "end" : levels % 2 === 0 ? [nested(levels - 1)] : { a: nested(levels - 1) };
}

export const uglyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...UGLY_TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
);

export const uglyValue: fc.Arbitrary<unknown> = fc.oneof(
  uglyText,
  fc.constantFrom(...UGLY_VALUES),
  fc.jsonValue({ maxDepth: 3, stringUnit: "binary" }),
);

/** Names that fields have in no schema, or by inheritance. */
export const uglyName: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "toString", "", "id", "a.b", "a[]", "\u0000"),
  uglyText.map((text) => text.slice(0, 200)),
);

/** Texts for fields whose schema says no more than that they are texts. */
const plainText = fc.oneof(
  fc.string({ unit: "grapheme-ascii", maxLength: 12 }),
  fc.constantFrom(
    "https://go.example/a",
    "http://shop.example/b?c=d#e",
    "app.example",
    "a, b",
    "Grüße",
    "2030-01-05T10:00:00Z",
    "30d",
    "10",
    "EUR",
    "19.90",
    "DE",
    "Europe/Berlin",
    "desc",
  ),
  uglyText,
);

/** Makes values that a schema allows; those of fields that name something are ids of it. */
export function valuesOf(
  schema: z.ZodType,
  idsFor: (field: string) => fc.Arbitrary<string>,
): fc.Arbitrary<unknown> {
  const root = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Schema;
  const defined = new Map<string, fc.Arbitrary<unknown>>();
  const named = (ref: string): fc.Arbitrary<unknown> => {
    const known = defined.get(ref);
    if (known !== undefined) return known;
    // Before it is made, since it may name itself.
    defined.set(ref, fc.constant(null));
    const made = valuesFor(root.$defs?.[ref.replace("#/$defs/", "")] ?? {}, "");
    defined.set(ref, made);
    return made;
  };
  const valuesFor = (one: Schema, name: string): fc.Arbitrary<unknown> => {
    if (one.$ref !== undefined) return one.$ref === "#" ? fc.constant(null) : named(one.$ref);
    if (one.const !== undefined) return fc.constant(one.const);
    if (one.enum !== undefined) return fc.constantFrom(...one.enum);
    const choices = one.anyOf ?? one.oneOf;
    if (choices !== undefined) {
      return fc.oneof(...choices.map((choice) => valuesFor(choice, name)));
    }
    if (one.allOf !== undefined) {
      return fc
        .tuple(...one.allOf.map((part) => valuesFor(part, name)))
        .map((parts) => Object.assign({}, ...parts) as unknown);
    }
    switch (one.type) {
      case "object":
        return objectsOf(one);
      case "array":
        return one.prefixItems === undefined
          ? fc.array(valuesFor(one.items ?? {}, name), {
              minLength: one.minItems ?? 0,
              maxLength: Math.max(one.minItems ?? 0, Math.min(one.maxItems ?? 3, 3)),
            })
          : fc.tuple(...one.prefixItems.map((item) => valuesFor(item, name)));
      case "string":
        return isIdName(name)
          ? fc.oneof({ weight: 4, arbitrary: idsFor(name) }, { weight: 1, arbitrary: textsOf(one) })
          : textsOf(one);
      case "integer":
      case "number":
        return isIdName(name) ? fc.oneof(idsFor(name).map(Number), numbersOf(one)) : numbersOf(one);
      case "boolean":
        return fc.boolean();
      case "null":
        return fc.constant(null);
      default:
        return isIdName(name) ? fc.oneof(idsFor(name), uglyValue) : fc.oneof(plainText, uglyValue);
    }
  };
  const objectsOf = (one: Schema): fc.Arbitrary<unknown> => {
    const { properties = {}, required = [], additionalProperties } = one;
    const entries = Object.entries(properties).map(
      ([name, property]) => [name, valuesFor(property, name)] as const,
    );
    if (entries.length === 0 && typeof additionalProperties === "object") {
      return fc.dictionary(uglyName, valuesFor(additionalProperties, ""), { maxKeys: 3 });
    }
    const optional = entries.map(([name]) => name).filter((name) => !required.includes(name));
    const model = Object.fromEntries(entries);
    // A few at a time: of thirty fields that may each be refused, all at once always are.
    return fc.subarray(optional, { maxLength: Math.min(optional.length, 5) }).chain((some) => {
      const kept = [...required, ...some].map((name) => [name, model[name] ?? uglyValue] as const);
      return fc.record(Object.fromEntries(kept));
    });
  };
  return valuesFor(root, "");
}

/** Fills the fields of an example that name something with ids. */
export function withIds(
  example: Readonly<Record<string, unknown>>,
  idsFor: (field: string) => fc.Arbitrary<string>,
): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(
    Object.fromEntries(
      Object.entries(example).map(([name, value]) => [
        name,
        isIdName(name) && typeof value === "string" ? idsFor(name) : fc.constant(value),
      ]),
    ),
  );
}

function isIdName(name: string): boolean {
  return /^ids?$|Ids?$|_ids?$|^cursor$/.test(name);
}

function textsOf({ format, pattern, minLength = 0, maxLength }: Schema): fc.Arbitrary<string> {
  switch (format) {
    case "uuid":
      return fc.uuid();
    case "date-time":
      return fc
        .date({ min: new Date(0), max: new Date("2040-01-01"), noInvalidDate: true })
        .map((date) => date.toISOString());
    case "date":
      return fc
        .date({ min: new Date(0), max: new Date("2040-01-01"), noInvalidDate: true })
        .map((date) => date.toISOString().slice(0, 10));
    case "email":
      return fc.uuid().map((name) => `${name}@go.example`);
    case undefined:
      break;
  }
  if (pattern !== undefined) return matching(pattern);
  if (minLength === 0 && maxLength === undefined) return plainText;
  return fc.oneof(
    fc.string({
      unit: "grapheme",
      minLength,
      maxLength: Math.max(minLength, Math.min(maxLength ?? 40, 40)),
    }),
    plainText,
  );
}

/** Some patterns look ahead, which fast-check does not write. */
function matching(pattern: string): fc.Arbitrary<string> {
  try {
    return fc.stringMatching(new RegExp(pattern), { maxLength: 40 });
  } catch {
    return plainText;
  }
}

function numbersOf({ type, minimum = -1000, maximum = 100_000 }: Schema): fc.Arbitrary<number> {
  const max = Math.max(minimum, maximum);
  return type === "integer"
    ? fc.integer({ min: Math.ceil(minimum), max: Math.floor(max) })
    : fc.double({ min: minimum, max, noNaN: true });
}

/** Puts an ugly value, or an ugly name, in one place of another value. */
export function spoiled(value: unknown): fc.Arbitrary<unknown> {
  if (Array.isArray(value) && value.length > 0) {
    return fc.oneof(
      { weight: 1, arbitrary: uglyValue },
      {
        weight: 3,
        arbitrary: fc
          .nat(value.length - 1)
          .chain((at) => spoiled(value[at]).map((other) => value.with(at, other) as unknown)),
      },
    );
  }
  if (typeof value !== "object" || value === null) return uglyValue;
  const entries = Object.entries(value);
  const named = fc
    .tuple(uglyName, uglyValue)
    .map(([name, other]) => fromEntries([...entries, [name, other]]));
  if (entries.length === 0) return named;
  const changed = fc
    .nat(entries.length - 1)
    .chain((at) =>
      spoiled(entries[at]?.[1]).map((other) =>
        fromEntries(entries.map(([name, kept], index) => [name, index === at ? other : kept])),
      ),
    );
  return fc.oneof({ weight: 1, arbitrary: named }, { weight: 5, arbitrary: changed });
}

/** Keeps `__proto__` as a field, as JSON does. */
function fromEntries(entries: readonly (readonly [string, unknown])[]): unknown {
  return Object.fromEntries(entries);
}
