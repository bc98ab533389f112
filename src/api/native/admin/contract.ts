/** The bodies of the operator's requests. */

import * as z from "zod";

import { PLANS } from "../../../access/plans.ts";

const PAGE_MAX = 100;

export const newPlan = z.object({
  plan: z.enum(["free", "pro", "enterprise"], {
    error: `plan must be one of ${Object.keys(PLANS).join(", ")}`,
  }),
});

const positive = z.coerce.number().int().positive();

export const deadLetterId = positive;

export const deadLetterPage = z.object({
  queue: z.string().max(100).optional(),
  cursor: positive.optional(),
  limit: positive.max(PAGE_MAX).default(PAGE_MAX),
});
