/** What requests about domains may hold. The host name itself is read by `parseClaim`. */

import * as z from "zod";

export const newDomain = z.object({
  hostname: z.string({ error: "hostname is required and must be a text" }).trim().max(1_000),
});
