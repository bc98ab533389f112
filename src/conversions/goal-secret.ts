/**
 * A goal's secret, which a shop's server sends in a header: unlike the token in the postback's URL,
 * it is in no page. Stored as a hash, so it is shown only when it is made.
 */

import { base64UrlOf, sha256Hex, utf8 } from "../platform/bytes.ts";

const PREFIX = "gsec_";
const SECRET_BYTES = 32;

export interface MadeSecret {
  readonly secret: string;
  readonly hash: string;
}

/** Generates a secret of 256 random bits. */
export async function newGoalSecret(): Promise<MadeSecret> {
  const secret = PREFIX + base64UrlOf(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));
  return { secret, hash: await sha256Hex(secret) };
}

/** Whether a text is the secret with this hash. */
export async function isGoalSecret(text: string, hash: string): Promise<boolean> {
  return crypto.subtle.timingSafeEqual(utf8(await sha256Hex(text)), utf8(hash));
}
