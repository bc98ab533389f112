/** Answers that several resources share. */

import * as z from "zod";

/** An instant in UTC, with milliseconds. */
export const time = z.iso.datetime();

/** An id in the RevoLink API: the first 24 hexadecimal digits of the UUID. */
export const objectId = z.string().regex(/^[0-9a-f]{24}$/);

/** What was deleted. */
export const deleted = z.strictObject({
  success: z.literal(true),
  /** The id of what was deleted. */
  id: z.string(),
});

/** A failure: `code` is for programs, `message` for people. */
export const failure = z.looseObject({
  code: z.string(),
  /** What was wrong, where, and what to do. */
  message: z.string(),
});
