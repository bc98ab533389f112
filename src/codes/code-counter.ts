/**
 * Counts the automatic codes of a domain. When most codes of one length are used, those that follow
 * are one letter longer: a guessed code then still rarely exists, and codes never run out.
 */

import { CODE_LENGTH_MAX, CODE_LENGTH_MIN, codeSpace, type CodeRange } from "./permutation.ts";

/** The next number to be used, and the length of its code. */
export interface CodeCounter {
  readonly length: number;
  readonly next: number;
}

export const FIRST_CODE: CodeCounter = { length: CODE_LENGTH_MIN, next: 0 };

/** The part of a length's codes that is used before codes get longer. */
const USED_MAX = 0.6;

/** Returns how many codes of a length are used. */
export function usableCodes(length: number): number {
  return Math.floor(codeSpace(length) * USED_MAX);
}

/** Takes the next numbers: at most one range of each length, and the counter after them. */
export function takeNumbers(
  from: CodeCounter,
  count: number,
): { readonly ranges: readonly CodeRange[]; readonly after: CodeCounter } {
  const ranges: CodeRange[] = [];
  let { length, next } = from;
  let missing = count;
  while (missing > 0) {
    const taken = Math.min(missing, Math.max(0, usableCodes(length) - next));
    if (taken > 0) ranges.push({ length, first: next, count: taken });
    missing -= taken;
    next += taken;
    if (missing > 0) {
      if (length === CODE_LENGTH_MAX) throw new RangeError("The domain has no more codes.");
      length += 1;
      next = 0;
    }
  }
  return { ranges, after: { length, next } };
}
