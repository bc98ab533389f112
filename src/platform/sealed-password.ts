/**
 * Passwords that wait to be hashed. A call that sets thousands of them seals most, and a sweep
 * hashes those later; until then a sealed password is compared with what it contains.
 *
 * Only the Worker can open one: its key is no part of the database, each has its own nonce, so
 * equal passwords differ, and nearly all are equally long.
 */

import { utf8 } from "./bytes.ts";
import { verifyPassword } from "./password.ts";
import { seal, unseal } from "./sealing.ts";

/** Begins what a sealed password is stored as; a hash begins with its algorithm's name. */
export const SEALED = "$sealed$";

/** Fits nearly every password, so that the length of the sealed text says nothing. */
const PADDED_BYTES = 128;

/** Seals a password for its owner: a UUID, without which it cannot be opened. */
export async function sealPassword(keys: string, owner: string, password: string): Promise<string> {
  const text = `${password.length}:${password}`;
  const { length } = utf8(text);
  const padding = Math.ceil(length / PADDED_BYTES) * PADDED_BYTES - length;
  return SEALED + (await seal(keys, contextOf(owner), text + " ".repeat(padding)));
}

/** Opens a sealed password. Throws if its key is gone or it belongs to another owner. */
export async function unsealPassword(keys: string, owner: string, stored: string): Promise<string> {
  const text = await unseal(keys, contextOf(owner), stored.slice(SEALED.length));
  const from = text.indexOf(":") + 1;
  return text.slice(from, from + Number.parseInt(text, 10));
}

/**
 * Compares a password with a stored one, hashed or still sealed, in constant time. Throws if a
 * sealed one cannot be opened.
 */
export async function matchesStored(
  keys: string,
  owner: string,
  password: string,
  stored: string,
): Promise<boolean> {
  if (!stored.startsWith(SEALED)) return verifyPassword(password, stored);
  const expected = await unsealPassword(keys, owner, stored);
  return crypto.subtle.timingSafeEqual(await digest(password), await digest(expected));
}

/** Digests have one length, which a comparison in constant time needs. */
function digest(password: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", utf8(password.normalize("NFKC")));
}

function contextOf(owner: string): string {
  return `link-password/${owner}`;
}
