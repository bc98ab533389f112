/** The bodies of the operator's requests. */

import * as z from "zod";

import { PLANS } from "../../../access/plans.ts";

const PAGE_MAX = 100;
const QUEUE_LENGTH_MAX = 100;

export const newPlan = z.object({
  plan: z.enum(["free", "pro", "enterprise"], {
    error: `plan must be one of ${Object.keys(PLANS).join(", ")}`,
  }),
});

function positive(error: string) {
  return z.coerce.number({ error }).int({ error }).positive({ error });
}

export const deadLetterId = positive("id must be a whole number");

const LIMIT_SENTENCE = `limit must be a whole number from 1 to ${PAGE_MAX}`;

export const deadLetterPage = z.object({
  /** Only those of this queue. */
  queue: z.string().max(QUEUE_LENGTH_MAX, "queue must be the name of a queue").optional(),
  /** From the header `Link` of the page before. */
  cursor: positive("cursor must come from the page before").optional(),
  /** How many at most, from 1 to 100. */
  limit: positive(LIMIT_SENTENCE).max(PAGE_MAX, { error: LIMIT_SENTENCE }).default(PAGE_MAX),
});
