/**
 * Turns addresses and user agents into 64-bit keyed hashes.
 *
 * The key is derived for each workspace, so hashes of two workspaces cannot be joined, and nobody
 * without AUTH_SECRET can try all addresses against them.
 */

import { hex, utf8 } from "../platform/bytes.ts";

const keys = new Map<string, CryptoKey>();
/** Far above what one isolate serves at a time; a full map is dropped, since a key is cheap to make. */
const KEYS_MAX = 1_000;

/** Hashes a text for one workspace's Ledger; 16 hex digits. `kind` keeps equal texts of two sorts apart. */
export async function visitorHash(
  secret: string,
  ledger: string,
  kind: "address" | "agent",
  text: string,
): Promise<string> {
  const key = await keyOf(secret, ledger);
  const mac = await crypto.subtle.sign("HMAC", key, utf8(`${kind}:${text}`));
  return hex(new Uint8Array(mac, 0, 8));
}

/** Gives what counts as one address: an IPv4 address whole, an IPv6 address by its /64. */
export function addressGroup(address: string): string {
  if (!address.includes(":")) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  const [front, back] = address.split("::").map((part) => (part === "" ? [] : part.split(":")));
  const groups = front ?? [];
  if (back !== undefined) {
    while (groups.length + back.length < 8) groups.push("0");
    groups.push(...back);
  }
  return groups
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ""))
    .join(":");
}

async function keyOf(secret: string, ledger: string): Promise<CryptoKey> {
  const name = `${ledger}/${secret}`;
  const known = keys.get(name);
  if (known !== undefined) return known;
  const root = await crypto.subtle.importKey("raw", utf8(secret), "HKDF", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: utf8(`visitor/${ledger}`) },
    root,
    { name: "HMAC", hash: "SHA-256", length: 256 },
    false,
    ["sign"],
  );
  if (keys.size >= KEYS_MAX) keys.clear();
  keys.set(name, key);
  return key;
}
