/** Answers that several resources share. */

import * as z from "zod";

/** What was deleted. */
export const deleted = z.strictObject({ success: z.literal(true), id: z.string() });

/** A failure. `code` is for programs, `message` for people. */
export const failure = z.looseObject({
  code: z.string(),
  /** What was wrong, where, and what to do. */
  message: z.string(),
});
