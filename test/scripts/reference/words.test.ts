/** Types are told in words that say what may be sent. */

import { describe, it } from "vitest";

import type { Schema } from "../../../tools/reference/document.ts";
import { fieldsOf, namesIn, plain, wordsOf } from "../../../tools/reference/words.ts";

const LINK = { $ref: "#/components/schemas/Link" };

const WORDS: readonly (readonly [Schema, string])[] = [
  [{ type: "string" }, "text"],
  [{ type: "string", minLength: 1, maxLength: 1_000 }, "text of at most 1,000 characters"],
  [{ type: "string", minLength: 3, maxLength: 20 }, "text of 3 to 20 characters"],
  [{ type: "string", pattern: "^[a-z]$" }, "text like ^[a-z]$"],
  [{ type: "string", format: "uuid" }, "UUID"],
  [{ type: ["string", "null"] }, "text or null"],
  [{ type: "integer", minimum: 1, maximum: 10_000 }, "whole number from 1 to 10,000"],
  [{ type: "number", minimum: 0 }, "number of at least 0"],
  [{ type: "boolean" }, "true or false"],
  [{ enum: ["a", 1, null] }, '"a", 1 or null'],
  [{ const: true }, "true"],
  [{ anyOf: [LINK, { type: "null" }] }, "Link or null"],
  [{ type: "array", items: LINK, maxItems: 100 }, "list of at most 100: Link"],
  [{ type: "object", additionalProperties: { type: "integer" } }, "object by names: whole number"],
  [{ type: "object", properties: { a: {} } }, "object"],
  [{}, "any value"],
];

describe("a type in words", () => {
  it.for(WORDS)("%j", ([schema, words], { expect }) => {
    expect(plain(wordsOf(schema))).toBe(words);
  });
});

describe("the fields of a value", () => {
  it("are found in lists and alternatives, and not in what has a page of its own", ({ expect }) => {
    const inside: Schema = {
      anyOf: [
        { type: "array", items: { type: "object", properties: { a: {} }, required: ["a"] } },
        { type: "object", properties: { b: LINK } },
        LINK,
        { type: "null" },
      ],
    };
    expect(fieldsOf(inside)).toEqual([
      { name: "a", schema: {}, isRequired: true },
      { name: "b", schema: LINK, isRequired: false },
    ]);
  });

  it("name objects, also through each other, and in circles", ({ expect }) => {
    const schemas = {
      Link: { properties: { rule: { $ref: "#/components/schemas/Rule" } } },
      Rule: { items: LINK },
      Other: {},
    };
    expect([...namesIn([{ schema: LINK }], schemas)]).toEqual(["Link", "Rule"]);
  });
});
