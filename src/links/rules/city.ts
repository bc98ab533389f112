/** Normalises the names of cities for comparison. */

const PLAIN = /^(?!.* {2})[ -~]*$/;
/** The marks of Latin, Greek and Cyrillic letters; in other scripts a mark can be a letter. */
const ACCENTS = /[\u0300-\u036f]/g;
const UNDECOMPOSED = /[ßøłđðþæœıħŧ\u2018\u2019\u02bb\u02bc]/g;

/**
 * Letters that Unicode does not decompose, in their English spelling, and all apostrophes as one.
 */
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
  "\u2018": "'",
  "\u2019": "'",
  "\u02bb": "'",
  "\u02bc": "'",
};

/**
 * Removes case, accents and repeated white space: "Łódź" and "lodz" are the same city, "Muenchen"
 * and "München" are not.
 */
export function foldCity(name: string): string {
  const lower = name.trim().toLowerCase();
  if (PLAIN.test(lower)) return lower;
  return lower
    .normalize("NFD")
    .replace(ACCENTS, "")
    .replace(UNDECOMPOSED, (letter) => SPELLED[letter] ?? letter)
    .replace(/\s+/g, " ")
    .trim();
}
