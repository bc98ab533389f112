/**
 * Names for those who sign in and up, under which their attempts are counted: keyed hashes, so that
 * the database holds neither addresses nor accounts that do not exist.
 */

import { addressGroup } from "../platform/address-group.ts";
import { hex, utf8 } from "../platform/bytes.ts";
import { derivedKey } from "../platform/derived-key.ts";
import { hmacSha256 } from "../platform/hmac.ts";

const NAME_LENGTH = 32;
const KNOWN = /^([0-9a-f-]{36})\.([0-9a-f]{64})$/;

/** Returns the name of the address that a request comes from (IPv6: its /64). */
export async function addressName(headers: Headers, secret: string): Promise<string> {
  const address = headers.get("CF-Connecting-IP") ?? "unknown";
  return nameOf(secret, `address/${addressGroup(address)}`);
}

/** Returns the name of the account with an e-mail address, whether or not it exists. */
export async function accountName(email: string, secret: string): Promise<string> {
  return nameOf(secret, `account/${email.toLowerCase()}`);
}

/**
 * Returns the name of the browser that shows a cookie of `newKnownBrowser`, or null if the account
 * never signed in there.
 */
export async function knownBrowserName(
  cookie: string | undefined,
  account: string,
  secret: string,
): Promise<string | null> {
  const [, id, mac] = KNOWN.exec(cookie ?? "") ?? [];
  if (id === undefined || mac === undefined) return null;
  const expected = await macOf(id, account, secret);
  return crypto.subtle.timingSafeEqual(utf8(mac), utf8(expected)) ? `browser/${id}` : null;
}

/** Returns the value of a cookie that proves that an account signed in with this browser. */
export async function newKnownBrowser(account: string, secret: string): Promise<string> {
  const id = crypto.randomUUID();
  return `${id}.${await macOf(id, account, secret)}`;
}

async function macOf(id: string, account: string, secret: string): Promise<string> {
  const key = await derivedKey(secret, "known-browsers");
  return hex(await hmacSha256(key, `${id}/${account}`));
}

async function nameOf(secret: string, text: string): Promise<string> {
  const key = await derivedKey(secret, "guessers");
  return hex(await hmacSha256(key, text)).slice(0, NAME_LENGTH);
}
