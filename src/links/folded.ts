/** Folds texts for search: SQLite's `lower()` knows only ASCII letters. */

import type { LinkColumns } from "./accept-link.ts";

// oxlint-disable-next-line no-control-regex -- the pattern is meant to match all of ASCII
const ASCII = /^[\u0000-\u007f]*$/;
/** Accents, but not the vowel signs that other scripts write as marks. */
const ACCENTS = /(?=\p{Mn})\p{Diacritic}/gu;

/** Returns a text without case, accents and forms of compatibility, in any script. */
export function folded(text: string): string {
  const plain = text.normalize("NFKD").replaceAll(ACCENTS, "");
  return caseless(plain).normalize("NFKD").replaceAll(ACCENTS, "");
}

/** Returns a text without case and forms of compatibility, in any script; accents stay. */
export function caseless(text: string): string {
  // Upper case writes ß as SS, but not ẞ. Lower case ends words with another sigma.
  return text
    .normalize("NFKC")
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .normalize("NFKC")
    .replaceAll("ς", "σ");
}

/** Returns the columns that are searched instead of these, where SQLite cannot fold them itself. */
export function foldedColumns({
  title,
  destinationUrl,
}: Pick<LinkColumns, "title" | "destinationUrl">) {
  return {
    ...(title !== undefined && { titleFolded: foldedOrNull(title) }),
    ...(destinationUrl !== undefined && { destinationFolded: foldedOrNull(destinationUrl) }),
  };
}

function foldedOrNull(text: string | null): string | null {
  return text === null || ASCII.test(text) ? null : folded(text);
}
