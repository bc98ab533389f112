/** Answers that several resources share, and the formats of their values. */

import * as z from "zod";

/** The first 24 hexadecimal digits of the UUID that the native API shows. */
export const objectId = z.string().regex(/^[0-9a-f]{24}$/);

/** A failure. */
export const failure = z.strictObject({
  /** A sentence about the first fault. */
  error: z.string(),
  /** With 403, where the plan is what refuses; the fields below come with it. */
  licenseLimitReached: z.literal(true).optional(),
  /** What the plan allows. */
  limit: z.number().optional(),
  /** What the workspace has. */
  used: z.number().optional(),
  plan: z.string().optional(),
});
