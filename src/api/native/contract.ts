/** Fields that the bodies of several resources share. */

import * as z from "zod";

const NAME_LENGTH_MAX = 100;
const EMAIL_LENGTH_MAX = 254;

/** The name of a workspace, a token, a goal, or a user. */
export const name = z
  .string({ error: "name is required and must be a text" })
  .trim()
  .min(1, "name must not be empty")
  .max(NAME_LENGTH_MAX, `name must be at most ${NAME_LENGTH_MAX} characters`);

export const email = z
  .email({ error: "email must be an e-mail address" })
  .max(EMAIL_LENGTH_MAX, `email must be at most ${EMAIL_LENGTH_MAX} characters`);
