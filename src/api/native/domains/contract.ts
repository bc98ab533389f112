/** The requests about domains. `parseClaim` reads the host name itself. */

import * as z from "zod";

/** Longer than any host name: one that is only a little too long gets the sentence of its form. */
const LENGTH_MAX = 1_000;

export const newDomain = z.object({
  hostname: z
    .string({ error: "hostname is required and must be a text" })
    .trim()
    .max(LENGTH_MAX, `hostname must be at most ${LENGTH_MAX} characters`),
});
