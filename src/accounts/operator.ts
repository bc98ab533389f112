/** The installation's operator, who authenticates with ADMIN_TOKEN. */

import { utf8 } from "../platform/bytes.ts";

/**
 * Whether a token is ADMIN_TOKEN, compared in constant time. Never true if ADMIN_TOKEN is empty.
 *
 * Both are hashed first, since the comparison throws on unequal lengths.
 */
export async function isOperator(token: string | null, adminToken: string): Promise<boolean> {
  if (token === null || adminToken === "") return false;
  const [given, expected] = await Promise.all(
    [token, adminToken].map((text) => crypto.subtle.digest("SHA-256", utf8(text))),
  );
  if (given === undefined || expected === undefined) return false;
  return crypto.subtle.timingSafeEqual(given, expected);
}
