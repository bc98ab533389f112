/**
 * The token in a postback's URL: looked up by its hash, and encrypted so that the URL can be shown
 * again.
 */

import { base64UrlOf, sha256Hex } from "../platform/bytes.ts";
import { seal, unseal } from "../platform/sealing.ts";

const TOKEN_BYTES = 24;
const TOKEN = /^[\w-]{32}$/;

export interface StoredToken {
  readonly token: string;
  readonly sealed: string;
  readonly hash: string;
}

/** Generates a token of 192 random bits for a goal. */
export async function newGoalToken(keys: string, goalUuid: string): Promise<StoredToken> {
  const token = base64UrlOf(crypto.getRandomValues(new Uint8Array(TOKEN_BYTES)));
  return {
    token,
    sealed: await seal(keys, contextOf(goalUuid), token),
    hash: await sha256Hex(token),
  };
}

/** Decrypts a goal's token. */
export async function openGoalToken(
  keys: string,
  goalUuid: string,
  sealed: string,
): Promise<string> {
  return unseal(keys, contextOf(goalUuid), sealed);
}

/** Returns the hash by which a goal is looked up; null if the text cannot be a token. */
export async function goalTokenHash(token: string): Promise<string | null> {
  return TOKEN.test(token) ? sha256Hex(token) : null;
}

function contextOf(goalUuid: string): string {
  return `conversion-goal/${goalUuid}`;
}
