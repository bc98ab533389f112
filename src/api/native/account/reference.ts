/** What the documents say of people, sessions and API tokens. */

import * as z from "zod";

import type { ReferenceOf, Resource } from "../../shared/reference.ts";
import { me, newTokenShown, revoked, session, signedIn, token } from "./answers.ts";
import type { authOperations } from "./auth.ts";
import type { meOperations } from "./me.ts";
import type { tokenOperations } from "./tokens.ts";

const ID = "0b8f6d0e-3c1a-4e1f-8a55-7d0c9f1e2a34";
const TOKEN = {
  id: ID,
  name: "CI job",
  scopes: ["links:read", "links:create"],
  expiresAt: "2027-05-01T00:00:00.000Z",
  createdAt: "2026-05-01T09:30:00.000Z",
};
const TOO_MANY = "Too many attempts: wait for the seconds in `Retry-After`.";

export const accountReference: ReferenceOf<
  typeof authOperations & typeof meOperations & typeof tokenOperations
> = {
  getMe: {
    summary: "Show who asks",
    description: "Tells whose credential this is, where it acts and what it may do.",
    answers: { 200: me },
    example: {
      answer: {
        id: "7f1f2c7e-9d41-4a53-9a53-a1f0a3f5f0c2",
        workspace: {
          id: "b6c8a1de-2f3b-4c5d-8e9f-0a1b2c3d4e5f",
          objectId: "b6c8a1de2f3b4c5d8e9f0a1b",
          name: "Ada's links",
          role: "owner",
        },
        scopes: ["links:read", "links:create"],
      },
    },
  },
  signUp: {
    summary: "Sign up",
    description:
      "Makes an account with a workspace of its own, and signs in. The first account of an installation needs the token of the setup link.",
    answers: { 200: signedIn },
    fails: {
      401: "`setupToken` or the operator's token is wrong.",
      403: "The installation takes no new accounts, or not without the setup link.",
      409: "The address has an account.",
      429: TOO_MANY,
    },
  },
  signIn: {
    summary: "Sign in",
    description: "Answers with the cookie of a session.",
    answers: { 200: signedIn },
    fails: {
      401: "The address or the password is wrong.",
      403: "The request comes from a page of another site.",
      429: TOO_MANY,
    },
  },
  signOut: {
    summary: "Sign out",
    description: "Ends the session of the cookie.",
    answers: { 200: z.looseObject({ success: z.boolean() }) },
    fails: {
      400: "There is nothing to end.",
      403: "The request comes from a page of another site.",
    },
  },
  getSession: {
    summary: "Show the session",
    answers: { 200: session },
  },
  listTokens: {
    summary: "List API tokens",
    description: "All live tokens of yours, newest first.",
    answers: { 200: z.array(token) },
    example: {
      answer: [{ ...TOKEN, hint: "x4Qe", workspaceOnly: false, parentId: null, lastUsedAt: null }],
    },
  },
  createToken: {
    summary: "Create an API token",
    description: "The answer is the only place that shows the secret.",
    answers: { 201: newTokenShown },
    fails: { 403: "You have as many live tokens as one person may have." },
    example: {
      body: { name: TOKEN.name, scopes: TOKEN.scopes, expiresAt: "2027-05-01" },
      answer: { ...TOKEN, token: "pp_3q2-7wEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" },
    },
  },
  revokeToken: {
    summary: "Revoke an API token",
    description:
      "It ceases to work at once. Tokens that it made go on, unless `descendants=true` ends them too.",
    answers: { 200: revoked },
    fails: { 404: "There is no such token." },
    example: { params: { id: ID }, answer: { id: ID, revoked: true } },
  },
};

export const accountResources: readonly Resource[] = [
  {
    title: "Account",
    description: "Who you are, and how a browser signs in.",
    operations: ["getMe", "signUp", "signIn", "signOut", "getSession"],
  },
  {
    title: "API tokens",
    description:
      "A token has scopes and may end. Tokens are managed in a browser session, so that a token cannot make another.",
    operations: ["listTokens", "createToken", "revokeToken"],
  },
];
