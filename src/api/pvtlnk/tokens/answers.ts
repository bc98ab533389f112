/** Tokens as the API shows them. */

import * as z from "zod";

import { time } from "../answers.ts";

/** A new token. */
export const newToken = z.strictObject({
  success: z.literal(true),
  /** Shown this once. */
  api_token: z.string(),
  /** In a year, or when the token expires that made it. */
  expires_at: time,
  message: z.string(),
});
