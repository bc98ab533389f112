/** Schemas in words: what a field may be, and what is inside of it. */

import type { Schema } from "./document.ts";

/** A part of a type's words: plain, code, or the name of a schema. */
export type Word =
  | { readonly text: string }
  | { readonly code: string }
  | { readonly named: string };

/** Says what a value may be, such as "text of 1 to 50 characters, or null". */
export function wordsOf(schema: Schema): readonly Word[] {
  const { $ref, type, anyOf, oneOf, allOf } = schema;
  if ($ref !== undefined) return [{ named: nameOf($ref) }];
  if ("const" in schema) return [code(schema.const)];
  if (schema.enum !== undefined) return joined(schema.enum.map((value) => [code(value)]));
  const either = anyOf ?? oneOf;
  if (either !== undefined) return joined(distinct(either.map(wordsOf)));
  if (allOf !== undefined) return joined(allOf.map(wordsOf), " and ");
  if (Array.isArray(type)) {
    return joined((type as string[]).map((one) => wordsOf({ ...schema, type: one })));
  }
  switch (type) {
    case "string":
      return textWords(schema);
    case "integer":
    case "number":
      return [{ text: `${type === "integer" ? "whole number" : "number"}${rangeOf(schema)}` }];
    case "boolean":
      return [code(true), { text: " or " }, code(false)];
    case "null":
      return [code(null)];
    case "array":
      return listWords(schema);
    case "object":
      return objectWords(schema);
    default:
      return [{ text: "any value" }];
  }
}

const FORMATS: Readonly<Record<string, string>> = {
  uuid: "UUID",
  email: "e-mail address",
  uri: "URL",
  date: "date, as 2026-12-31",
  "date-time": "time, as 2026-12-31T12:00:00Z",
  binary: "file",
};

function textWords({ format, pattern, minLength = 0, maxLength }: Schema): readonly Word[] {
  const named = FORMATS[format ?? ""];
  if (named !== undefined) return [{ text: named }];
  const least = minLength > 1 ? `${minLength} to ` : "at most ";
  const length = maxLength === undefined ? "" : ` of ${least}${count(maxLength)} characters`;
  const text = { text: `text${length}` };
  return pattern === undefined ? [text] : [text, { text: " like " }, { code: pattern }];
}

function rangeOf({ minimum, maximum }: Schema): string {
  if (minimum !== undefined && maximum !== undefined) {
    return ` from ${count(minimum)} to ${count(maximum)}`;
  }
  if (minimum !== undefined) return ` of at least ${count(minimum)}`;
  return maximum === undefined ? "" : ` of at most ${count(maximum)}`;
}

function listWords({ items = {}, prefixItems, maxItems }: Schema): readonly Word[] {
  const most = maxItems === undefined ? "" : ` of at most ${count(maxItems)}`;
  if (prefixItems !== undefined) {
    return [{ text: "list of " }, ...joined(prefixItems.map(wordsOf), ", ")];
  }
  return [{ text: `list${most}: ` }, ...wordsOf(items)];
}

function objectWords({ properties, additionalProperties }: Schema): readonly Word[] {
  if (properties !== undefined || typeof additionalProperties !== "object") {
    return [{ text: "object" }];
  }
  return [{ text: "object by names: " }, ...wordsOf(additionalProperties)];
}

function code(value: unknown): Word {
  return { code: JSON.stringify(value) };
}

function count(number: number): string {
  return number.toLocaleString("en");
}

function joined(parts: readonly (readonly Word[])[], between = " or "): readonly Word[] {
  return parts.flatMap((words, index) => {
    const separator = index === parts.length - 1 ? between : ", ";
    return index === 0 ? words : [{ text: between === " or " ? separator : between }, ...words];
  });
}

function distinct(parts: readonly (readonly Word[])[]): readonly (readonly Word[])[] {
  return [...new Map(parts.map((words) => [JSON.stringify(words), words])).values()];
}

/** Returns the name that a reference leads to. */
function nameOf($ref: string): string {
  return $ref.slice($ref.lastIndexOf("/") + 1);
}

/** Writes words without marks. */
export function plain(words: readonly Word[]): string {
  return words
    .map((word) => ("text" in word ? word.text : "code" in word ? word.code : word.named))
    .join("");
}

export interface Field {
  readonly name: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
}

/** Returns the fields inside a schema that has no name: its own, or those of what it holds. */
export function fieldsOf(schema: Schema): readonly Field[] {
  const { properties, required = [], items, additionalProperties } = schema;
  if (properties !== undefined) {
    return Object.entries(properties).map(([name, inner]) => ({
      name,
      schema: inner,
      isRequired: required.includes(name),
    }));
  }
  const parts = [
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
    ...(schema.allOf ?? []),
    ...(items === undefined ? [] : [items]),
    ...(typeof additionalProperties === "object" ? [additionalProperties] : []),
  ];
  const inside = parts.filter(({ $ref }) => $ref === undefined).flatMap(fieldsOf);
  // Of alternatives with the same field, the first is shown.
  return [
    ...new Map(inside.toReversed().map((field) => [field.name, field])).values(),
  ].toReversed();
}

/** Names the schemas that a value refers to, by itself and through others. */
export function namesIn(
  value: unknown,
  schemas: Readonly<Record<string, Schema>>,
): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (inner: unknown): void => {
    for (const [, name = ""] of (JSON.stringify(inner) ?? "").matchAll(
      /"\$ref":"#\/components\/schemas\/([^"]+)"/g,
    )) {
      if (names.has(name)) continue;
      names.add(name);
      visit(schemas[name] ?? {});
    }
  };
  visit(value);
  return names;
}
