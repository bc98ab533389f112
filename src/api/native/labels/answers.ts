/** Tags and collections as the API shows them. */

import * as z from "zod";

/** A name on links. A link can have several. */
export const tag = z.strictObject({
  id: z.uuid(),
  /** The tag's id in the RevoLink API: the first 24 hexadecimal digits of `id`. */
  objectId: z.string().regex(/^[0-9a-f]{24}$/),
  name: z.string(),
});

/** A place for links. A link is in one at most. */
export const collection = z.strictObject({
  id: z.uuid(),
  /** The collection's id in the PVTLNK API. */
  numericId: z.int(),
  name: z.string(),
});
