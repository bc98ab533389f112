/** What the operator sees. */

import * as z from "zod";

import { objectId, time } from "../answers.ts";
import { plan } from "../workspaces/answers.ts";

/** A message that could not be processed, and is kept for 30 days. */
export const deadLetter = z.strictObject({
  id: z.int(),
  /** The queue that it was in. */
  queue: z.string(),
  /** The queue's own id of it. */
  messageId: z.string(),
  /** The message as it was sent, as JSON. */
  body: z.string(),
  createdAt: time,
});

export const replayed = z.strictObject({ id: z.int(), replayed: z.literal(true) });

export const workspaceOfPlan = z.strictObject({
  id: z.string(),
  objectId,
  name: z.string(),
  plan,
});
