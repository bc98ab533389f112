/** Conversion goals as the API shows them. */

import * as z from "zod";

/** What a visitor should do after a click, reported by a shop. */
export const goal = z.strictObject({
  id: z.string(),
  name: z.string(),
  /** Names the goal in `postbackUrl`. */
  token: z.string(),
  /** Where the shop reports a conversion, with POST. */
  postbackUrl: z.url(),
  /** The value of a conversion that is reported without one. */
  value: z.number(),
  /** ISO 4217. */
  currency: z.string(),
  /** The parameter that the redirect adds to destinations, holding a token of the click; or null. */
  clickIdParam: z.string().nullable(),
  isActive: z.boolean(),
  /** The largest value that a conversion may have; null for none. */
  maxValue: z.number().nullable(),
  /** Whether reports need the goal's secret in the header `X-Goal-Secret`. */
  serverOnly: z.boolean(),
  /** Whether only a click's token attributes a conversion. */
  clickTokensOnly: z.boolean(),
  /** The secret of a `serverOnly` goal, shown when it is made or rotated, and never again. */
  secret: z.string().optional(),
});
