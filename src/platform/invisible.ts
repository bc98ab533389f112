/** Takes off what nobody sees at the ends of a text. */

const INVISIBLE = /[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cf}]/u;

/**
 * Returns a text without the white space and the invisible characters around it, which come along
 * when it is copied. Those inside stay: Persian words and emoji are written with some.
 */
export function withoutInvisibleEnds(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && INVISIBLE.test(characterAt(text, start))) {
    start += characterAt(text, start).length;
  }
  while (end > start && INVISIBLE.test(characterBefore(text, end))) {
    end -= characterBefore(text, end).length;
  }
  return text.slice(start, end);
}

function characterAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) ?? 0);
}

function characterBefore(text: string, end: number): string {
  const pair = text.slice(Math.max(0, end - 2), end);
  return /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(pair) ? pair : pair.slice(-1);
}
