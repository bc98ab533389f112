/** Links as the API shows them. */

import * as z from "zod";

import { objectId } from "../answers.ts";

/** A link that was created. */
export const createdLink = z.strictObject({
  id: objectId,
  slug: z.string(),
  /** The short link. */
  fullLink: z.string(),
});

/** What became of each link of a call. */
export const bulkReport = z.strictObject({
  message: z.string(),
  /** The new links, in the order of the call. */
  created: z.array(createdLink.extend({ name: z.string().nullable() })),
  /** The links that were not created. */
  failed: z.array(
    z.strictObject({
      /** As it was sent. */
      input: z.unknown(),
      /** A sentence about the first fault. */
      error: z.string(),
    }),
  ),
});
