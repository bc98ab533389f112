/** The requests about domains. `parseClaim` reads the host name itself. */

import * as z from "zod";

export const newDomain = z.object({
  hostname: z.string({ error: "hostname is required and must be a text" }).trim().max(1_000),
});
