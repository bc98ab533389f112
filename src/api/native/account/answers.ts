/** People, sessions and API tokens as the API shows them. */

import * as z from "zod";

import { SCOPES } from "../../../access/access.ts";
import { time } from "../answers.ts";
import { workspace } from "../workspaces/answers.ts";

const scopes = z.array(z.enum(SCOPES));

/** Who asks, and what the credential opens. */
export const me = z.strictObject({
  /** The id of the account. */
  id: z.string(),
  /** Shown to sessions only: a token is often given to others. */
  name: z.string().optional(),
  /** Shown to sessions only. */
  email: z.string().optional(),
  /** The workspace in which this request acts. */
  workspace,
  /** What the credential and the role in the workspace allow together. */
  scopes,
});

/** An API token, without the secret, which only its creation shows. */
export const token = z.strictObject({
  id: z.string(),
  name: z.string(),
  /** The last characters of the secret, to tell tokens apart. */
  hint: z.string(),
  scopes,
  /** Whether the token opens its own workspace only, and no other of the person's. */
  workspaceOnly: z.boolean(),
  /** The token that made this one; null if a person did. */
  parentId: z.string().nullable(),
  /** Null if it works until it is revoked. */
  expiresAt: time.nullable(),
  /** Null if it was never used. */
  lastUsedAt: time.nullable(),
  createdAt: time,
});

/** A new token with its secret, which is never shown again. */
export const newTokenShown = z.strictObject({
  id: z.string(),
  name: z.string(),
  /** The secret: `pp_` and 43 characters. Store it now. */
  token: z.string(),
  scopes,
  expiresAt: time.nullable(),
  createdAt: time,
});

export const revoked = z.strictObject({
  id: z.string(),
  revoked: z.literal(true),
  /** With `descendants=true`: the ids of the tokens that have ended with this one. */
  ended: z.array(z.string()).optional(),
  /** Tokens that this one made and that still work. */
  descendants: z.array(z.string()).optional(),
});

/** The account of a session. */
export const user = z.looseObject({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  emailVerified: z.boolean(),
  createdAt: z.string(),
  updatedAt: z.string(),
});

/** A signed-in person. The cookie of the answer is the session. */
export const signedIn = z.looseObject({ user });

/** The session of the cookie; null without one. */
export const session = z
  .looseObject({
    user,
    session: z.looseObject({ id: z.string(), expiresAt: z.string() }),
  })
  .nullable();
