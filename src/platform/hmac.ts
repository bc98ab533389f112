/** HMAC-SHA256 over texts, by WebCrypto. */

import { utf8 } from "./bytes.ts";

const ALGORITHM = { name: "HMAC", hash: "SHA-256" };

export async function hmacSha256(key: Uint8Array, text: string): Promise<Uint8Array> {
  const imported = await crypto.subtle.importKey("raw", key, ALGORITHM, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, utf8(text)));
}
