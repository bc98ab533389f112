/** Answers that several resources share, and the formats of their values. */

import * as z from "zod";

/** A time in ISO 8601, in UTC without milliseconds. */
export const time = z.iso.datetime({ precision: 0 });

/** What a change answers that has nothing to show. */
export const done = z.strictObject({
  success: z.literal(true),
  /** What was done. */
  message: z.string(),
});

/** A failure. */
export const failure = z.strictObject({
  success: z.literal(false),
  /** What was wrong. */
  error: z.string(),
  /** With 422, a sentence about each fault. */
  errors: z.array(z.string()).optional(),
});
