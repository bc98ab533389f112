/** Conversions as the postback answers them. */

import * as z from "zod";

/** A conversion that was counted. */
export const conversion = z.strictObject({
  success: z.literal(true),
  conversion_id: z.int(),
  /** Whether a click led to it; null for a reporter who may not know. */
  attributed: z.boolean().nullable(),
  /** What it is worth, in the conversion's currency. */
  value: z.number(),
  /** From the click to the conversion; null if it was not attributed. */
  time_to_convert: z.string().nullable(),
});
