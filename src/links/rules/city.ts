/** Normalises the names of cities for comparison. */

/** Needs nothing but lower case. "st" may be a saint. */
const PLAIN = /^(?!st\b|.* st\b|.* {2})[a-z0-9 ]*$/;
/** The marks of Latin, Greek and Cyrillic letters; in other scripts a mark can be a letter. */
const ACCENTS = /[\u0300-\u036f]/g;
const UNDECOMPOSED = /[ßøłđðþæœıħŧ]/g;
/** Within a word: "Ivano-Frankivs'k" is also spelled without it. */
const APOSTROPHES = /['`´\u2018\u2019\u02b9\u02bb\u02bc]/g;
/** Between words; marks are letters in some scripts. */
const PUNCTUATION = /[^\p{L}\p{M}\p{N}]+/gu;

/** Letters that Unicode does not decompose, in their English spelling. */
const SPELLED: Readonly<Record<string, string>> = {
  ß: "ss",
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  æ: "ae",
  œ: "oe",
  ı: "i",
  ħ: "h",
  ŧ: "t",
};

/**
 * Reduces a name to its words: without case, accents and punctuation, and with "St" as "Saint",
 * since the data on visitors mixes all of these spellings. "Łódź" and "lodz" are the same city, and
 * so are "St. Louis" and "Saint Louis"; "Muenchen" and "München" are not.
 */
export function foldCity(name: string): string {
  const lower = name.trim().toLowerCase();
  if (PLAIN.test(lower)) return lower;
  return lower
    .normalize("NFD")
    .replace(ACCENTS, "")
    .replace(UNDECOMPOSED, (letter) => SPELLED[letter] ?? letter)
    .replace(APOSTROPHES, "")
    .replace(PUNCTUATION, " ")
    .trim()
    .replace(/(?<=^| )st(?= )/g, "saint");
}
