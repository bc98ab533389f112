/**
 * The secrets that sign deliveries: how they are generated and validated, and the keys they encode.
 */

import { base64Of, bytesOfBase64, utf8 } from "../platform/bytes.ts";
import { HOUR_MS } from "../platform/clock.ts";

const PREFIX = "whsec_";
const SECRET_BYTES = 32;
/** The bounds of Standard Webhooks. */
const KEY_BYTES_MIN = 24;
const KEY_BYTES_MAX = 64;

/** How long the previous secret keeps signing after a rotation. */
export const ROTATION_OVERLAP_MS = 24 * HOUR_MS;

/** Generates a secret in the format of Standard Webhooks. */
export function newSecret(): string {
  return PREFIX + base64Of(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));
}

/**
 * Whether a text may be a secret: any text, but after `whsec_` it must encode a key of valid size.
 */
export function isSecret(text: string): boolean {
  if (!text.startsWith(PREFIX)) return true;
  const bytes = decoded(text);
  return bytes !== null && bytes.length >= KEY_BYTES_MIN && bytes.length <= KEY_BYTES_MAX;
}

/**
 * Returns the key for Standard Webhooks' signature: what follows `whsec_`, decoded, or else the
 * text's own bytes.
 *
 * PVTLNK's signature uses the text as it is in both cases, because its recipe has no prefix.
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
