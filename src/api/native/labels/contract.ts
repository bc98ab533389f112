/** The requests about tags and collections. */

import * as z from "zod";

import { CONTROL } from "../../shared/text.ts";

export const LABEL_LENGTH_MAX = 50;

export const newLabel = z.object(
  {
    name: z
      .string({ error: "name is required and must be a text" })
      .trim()
      .min(1, { error: "name is required and must not be empty" })
      .max(LABEL_LENGTH_MAX, { error: `name must be at most ${LABEL_LENGTH_MAX} characters` })
      .refine((name) => !CONTROL.test(name), { error: "name must not contain control characters" }),
  },
  { error: "Send a JSON object that holds a name" },
);
