/**
 * Compares a visitor's address with those whose clicks a workspace leaves out. A route record has the
 * beginnings of their keyed hashes: what other addresses hit by chance is one click in a hundred
 * million, and the record stays small.
 */

import type { VisitorHash } from "../../platform/keyed-hash.ts";
import { networkOf } from "../../platform/network.ts";

/** The hexadecimal digits of a hash that a record has. */
export const DIGITS = 8;

/** Whether an address is in one of the networks, each `<prefix length>:<hash>`. */
export function isListed(excluded: readonly string[], address: string, hash: VisitorHash): boolean {
  const known = new Map<string, string>();
  return excluded.some((entry) => {
    const [bits = "", listed] = entry.split(":", 2);
    const own = known.get(bits) ?? hashOf(address, Number(bits), hash);
    known.set(bits, own);
    return own === listed;
  });
}

function hashOf(address: string, bits: number, hash: VisitorHash): string {
  const network = networkOf(address, bits);
  return network === null ? "" : hash("network", network).slice(0, DIGITS);
}
