/** Reads flags, times and what counts as not given, alike in every dialect and in files. */

import * as z from "zod";

import { readFlag, readTime } from "../../links/csv/cells.ts";
import { unknownNames } from "./nearest-name.ts";

/** Reads a flag that is written as a text, in a query or a form. */
export function flagText(error: string) {
  return z
    .string({ error })
    .meta({ type: "boolean" })
    .transform(readFlag)
    .pipe(z.boolean({ error }));
}

/**
 * Reads an ISO 8601 date, or date and time, into milliseconds. Without a zone it is in UTC, and a
 * date alone is its first moment.
 */
export function timeText(error: string) {
  return z
    .string({ error })
    .transform((text) => readTime(text.trim()))
    .pipe(z.number({ error }));
}

/** Makes a field optional: an empty text means that it is not given. */
export function unlessEmpty<S extends z.ZodType>(schema: S) {
  return z.preprocess((value) => (value === "" ? undefined : value), schema.optional()).optional();
}

/** Makes an object that refuses other fields: a filter that is misspelt would reach everything. */
export function only<S extends z.ZodRawShape>(shape: S) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? unknownNames(issue.keys, Object.keys(shape), "field").join("; ")
        : undefined,
  });
}
