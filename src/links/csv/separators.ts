/** Finds out what separates the cells and the rows of a file, as spreadsheets write them. */

export interface Separators {
  readonly delimiter: Delimiter;
  readonly newline: "\n" | "\r";
  /** Where the header begins: behind a byte order mark and Excel's line `sep=;`. */
  readonly start: number;
}

/** Excel writes `;` where the comma is a decimal mark, and tabs as "Unicode Text". */
const DELIMITERS = [",", ";", "\t"] as const;

export type Delimiter = (typeof DELIMITERS)[number];

/**
 * Reads the separators off the header, outside of its quotes. The delimiter is the one by which the
 * header names the required column; a comma if none does.
 */
export function separatorsOf(text: string, required: string): Separators {
  const mark = text.startsWith("\uFEFF") ? 1 : 0;
  const stated = /^sep=([,;\t])(?:\r\n|\n|\r)/i.exec(text.slice(mark, mark + 8));
  const start = mark + (stated?.[0].length ?? 0);
  const end = endOfHeader(text, start);
  // LF also covers CRLF: the remaining CR is trimmed from the row's last cell.
  const newline = text[end] === "\r" && text[end + 1] !== "\n" ? "\r" : "\n";
  const header = text.slice(start, end).toLowerCase();
  const isNamedBy = (delimiter: string) =>
    header.split(delimiter).some((name) => name.replaceAll('"', "").trim() === required);
  const delimiter =
    (stated?.[1] as Delimiter | undefined) ?? DELIMITERS.find((one) => isNamedBy(one)) ?? ",";
  return { delimiter, newline, start };
}

/** Returns the place of the first line end that is not within quotes. */
function endOfHeader(text: string, start: number): number {
  let isQuoted = false;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (character === "\n" || character === "\r")) return at;
  }
  return text.length;
}
