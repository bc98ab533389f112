/**
 * Turns addresses and user agents into 64-bit keyed hashes.
 *
 * Each workspace has a derived key, so hashes of two workspaces cannot be joined, and trying all
 * addresses against them takes AUTH_SECRET.
 */

import { utf8 } from "./bytes.ts";
import { derivedKey } from "./derived-key.ts";
import { sipHash24, sipHashKey } from "./siphash.ts";

/** Hashes a text for one workspace to 16 hex digits. Equal texts of different kinds differ. */
export type VisitorHash = (kind: "address" | "agent" | "network", text: string) => string;

const known = new Map<string, VisitorHash>();
/** Far above what one isolate serves at a time. A full map is dropped: keys are cheap to derive. */
const KNOWN_MAX = 1_000;

/** Returns the hash function of a workspace. Its key is derived once per isolate. */
export async function visitorHash(secret: string, ledger: string): Promise<VisitorHash> {
  const name = `${ledger}/${secret}`;
  const made = known.get(name);
  if (made !== undefined) return made;
  const key = sipHashKey(await derivedKey(secret, `visitor/${ledger}`, 16));
  const hash: VisitorHash = (kind, text) => sipHash24(key, utf8(`${kind}:${text}`));
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(name, hash);
  return hash;
}
