/**
 * Puts what a schema has no sentence of its own for into ours: the words of the library name no
 * field, and are about its types. `validate.ts` loads it, and with it every dialect.
 */

import * as z from "zod";

z.config({ customError: sentenceOf });

/** Says what is wrong, beginning with the field, or with the body if it is wrong as a whole. */
function sentenceOf(issue: z.core.$ZodRawIssue): string {
  const path = issue.path ?? [];
  return path.length === 0
    ? `The request body ${wordsOf(issue).replace("must be an object", "must be a JSON object")}`
    : `${fieldAt(path)} ${wordsOf(issue)}`;
}

/** Writes a path as in JavaScript: `rules[1].country`. */
function fieldAt(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
}

const TYPES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  date: "a date",
};

const UNITS: Readonly<Record<string, string>> = { string: "characters", array: "items" };

function wordsOf(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type": {
      const type = TYPES[issue.expected];
      if (type === undefined) return "is not valid";
      return issue.input === undefined ? `is required and must be ${type}` : `must be ${type}`;
    }
    case "too_big":
    case "too_small": {
      const isBig = issue.code === "too_big";
      const limit = isBig ? `at most ${issue.maximum}` : `at least ${issue.minimum}`;
      const unit = UNITS[issue.origin];
      return unit === undefined ? `must be ${limit}` : `must have ${limit} ${unit}`;
    }
    case "invalid_value":
      return `must be one of ${issue.values.map(String).join(", ")}`;
    default:
      return "is not valid";
  }
}
