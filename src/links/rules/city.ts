/** Brings a city's name into the one form in which names are compared. */

const PLAIN = /^(?!.* {2})[ -~]*$/;
/** Those that Latin, Greek and Cyrillic letters take; in other scripts a mark can be a letter. */
const ACCENTS = /[\u0300-\u036f]/g;
const UNDECOMPOSED = /[ßøłđðþæœıħŧ\u2018\u2019\u02bb\u02bc]/g;

/** Letters that Unicode does not take apart, as English spells them; and apostrophes, all as one. */
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

/** Drops case, accents and doubled white space: "Łódź" and "lodz" are one city, "Muenchen" is another than "München". */
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
