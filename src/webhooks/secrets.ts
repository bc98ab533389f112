/** The secrets that deliveries are signed with: made or given, and the keys they stand for. */

import { base64Of, bytesOfBase64, utf8 } from "../platform/bytes.ts";
import { HOUR_MS } from "../platform/clock.ts";

const PREFIX = "whsec_";
const SECRET_BYTES = 32;
/** Standard Webhooks' bounds. */
const KEY_BYTES_MIN = 24;
const KEY_BYTES_MAX = 64;

/** After a rotation the secret before signs along for so long. */
export const ROTATION_OVERLAP_MS = 24 * HOUR_MS;

/** Makes a secret in the form of Standard Webhooks. */
export function newSecret(): string {
  return PREFIX + base64Of(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));
}

/** Tells whether a given secret may be one: any text, but with `whsec_` it must hold what that says. */
export function isSecret(text: string): boolean {
  if (!text.startsWith(PREFIX)) return true;
  const bytes = decoded(text);
  return bytes !== null && bytes.length >= KEY_BYTES_MIN && bytes.length <= KEY_BYTES_MAX;
}

/**
 * Gives the key of Standard Webhooks' signature: what `whsec_` encodes, else the text's own bytes.
 *
 * PVTLNK's signature takes the text as it is in both cases: its recipe knows no prefix.
 */
export function standardKeyOf(secret: string): Uint8Array {
  return (secret.startsWith(PREFIX) ? decoded(secret) : null) ?? utf8(secret);
}

function decoded(secret: string): Uint8Array | null {
  try {
    return bytesOfBase64(secret.slice(PREFIX.length));
  } catch {
    return null;
  }
}
