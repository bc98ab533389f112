/** Derives keys from a secret, one for each purpose, by HKDF-SHA256. */

import { utf8 } from "./bytes.ts";

/** Returns the key of a purpose. Keys of two purposes reveal nothing about each other. */
export async function derivedKey(secret: string, purpose: string, bytes = 32): Promise<Uint8Array> {
  const root = await crypto.subtle.importKey("raw", utf8(secret), "HKDF", false, ["deriveBits"]);
  const salt = new Uint8Array(0);
  const hkdf = { name: "HKDF", hash: "SHA-256", salt, info: utf8(purpose) };
  return new Uint8Array(await crypto.subtle.deriveBits(hkdf, root, bytes * 8));
}
