/** The requests about accounts and their API tokens. */

import * as z from "zod";

import { SCOPES } from "../../../access/access.ts";
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from "../../../platform/password.ts";
import { flagText, timeText, unlessEmpty } from "../../shared/plain-values.ts";
import { email, name } from "../contract.ts";

const password = z.string({ error: "password is required and must be a text" });
const TOO_LONG = `password must be at most ${PASSWORD_LENGTH_MAX} characters`;
const rememberMe = z.boolean({ error: "rememberMe must be true or false" }).optional();

export const signUp = z.object({
  name,
  email,
  /** Of 8 to 128 characters. */
  password: password
    .min(PASSWORD_LENGTH_MIN, `password must be at least ${PASSWORD_LENGTH_MIN} characters`)
    .max(PASSWORD_LENGTH_MAX, TOO_LONG),
  rememberMe,
  /** Of the setup link, or SIGNPOST_SECRET; read only for the first account of an installation. */
  setupToken: z.string({ error: "setupToken must be a text" }).max(1_000).optional(),
  /** The secret of an invitation's link; read only where nobody else may sign up. */
  invitation: z.string({ error: "invitation must be a text" }).max(200).optional(),
});

export const signIn = z.object({
  email,
  password: password.max(PASSWORD_LENGTH_MAX, TOO_LONG),
  rememberMe,
});

export const newToken = z.object({
  name,
  /** What the token may do, within what your role allows. */
  scopes: z
    .array(z.enum(SCOPES, { error: `scopes must each be one of ${SCOPES.join(", ")}` }), {
      error: "scopes is required and must be a list",
    })
    .min(1, "scopes must name at least one scope"),
  /** When it ceases to work; null or absent for as late as the plan allows. */
  expiresAt: unlessEmpty(
    timeText("expiresAt must be an ISO 8601 date and time, or null")
      .transform((ms) => new Date(ms).toISOString())
      .nullable(),
  ),
  /** Whether it opens its own workspace only; false by default. */
  workspaceOnly: z.boolean({ error: "workspaceOnly must be true or false" }).optional(),
});

export const revocation = z.object({
  /** Whether the tokens that it made end too. */
  descendants: flagText("descendants must be true or false").optional(),
});
