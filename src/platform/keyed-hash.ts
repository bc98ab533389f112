/**
 * Turns addresses and user agents into 64-bit keyed hashes.
 *
 * The key is derived for each workspace, so hashes of two workspaces cannot be joined, and nobody
 * without AUTH_SECRET can try all addresses against them.
 */

import { utf8 } from "./bytes.ts";
import { sipHash24, sipHashKey } from "./siphash.ts";

/** Hashes texts for one workspace's Ledger; 16 hex digits. `kind` keeps equal texts of two sorts apart. */
export type VisitorHash = (kind: "address" | "agent", text: string) => string;

const known = new Map<string, VisitorHash>();
/** Far above what one isolate serves at a time; a full map is dropped, since a key is cheap to make. */
const KNOWN_MAX = 1_000;

/** Gives the hash of a workspace; its key is derived once an isolate. */
export async function visitorHash(secret: string, ledger: string): Promise<VisitorHash> {
  const name = `${ledger}/${secret}`;
  const made = known.get(name);
  if (made !== undefined) return made;
  const key = sipHashKey(await derivedBytes(secret, ledger));
  const hash: VisitorHash = (kind, text) => sipHash24(key, utf8(`${kind}:${text}`));
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(name, hash);
  return hash;
}

async function derivedBytes(secret: string, ledger: string): Promise<Uint8Array> {
  const root = await crypto.subtle.importKey("raw", utf8(secret), "HKDF", false, ["deriveBits"]);
  const salt = new Uint8Array(0);
  const hkdf = { name: "HKDF", hash: "SHA-256", salt, info: utf8(`visitor/${ledger}`) };
  return new Uint8Array(await crypto.subtle.deriveBits(hkdf, root, 128));
}
