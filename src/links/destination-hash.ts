/**
 * Finds destinations exactly, by an index of their hashes: destinations are up to 8,000 characters
 * long. Whoever compares hashes compares the texts too.
 */

import { utf8 } from "../platform/bytes.ts";
import { sipHash24 } from "../platform/siphash.ts";
import type { LinkColumns } from "./accept-link.ts";

/** Nothing is secret here, and the key never changes, since hashes are stored. */
const KEY = [0, 0, 0, 0] as const;
/** 48 bits, which JavaScript's and SQLite's integers both hold. */
const HEX_DIGITS = 12;

/** Returns the hash of a destination as it is stored. */
export function destinationHash(destinationUrl: string): number {
  return Number.parseInt(sipHash24(KEY, utf8(destinationUrl)).slice(0, HEX_DIGITS), 16);
}

/** Returns the column that a new destination brings with it. */
export function hashColumn({ destinationUrl }: Pick<LinkColumns, "destinationUrl">) {
  return destinationUrl === undefined ? {} : { destinationHash: destinationHash(destinationUrl) };
}
