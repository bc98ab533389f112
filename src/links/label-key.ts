/** When two names are the same label, and when one is found by another. */

import { caseless, folded } from "./folded.ts";

/** Follows the folded name in a key. No name contains it, and `AFTER` is the next character. */
const END = "\n";
const AFTER = "\v";

/**
 * Returns the key of a label's name: labels with the same key are one.
 *
 * They are if they differ only in case or in forms of compatibility (NFKC). Accents distinguish
 * them, since they make other words in many languages. The key begins with the name as it is
 * searched, so that one index serves both.
 */
export function labelKey(name: string): string {
  return folded(name) + END + caseless(name);
}

/** Returns the range of the keys, the end excluded, of names that a search for this one finds. */
export function keysLike(name: string): readonly [from: string, to: string] {
  const prefix = folded(name);
  return [prefix + END, prefix + AFTER];
}
