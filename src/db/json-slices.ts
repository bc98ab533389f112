/** Binds many rows in few values: `json_each` reads each JSON text as a table. */

/** D1 accepts 2 MB per value, and a character may take three bytes. */
const CHARACTERS_MAX = 500_000;

/** Packs rows in order into JSON arrays that are small enough to bind. */
export function jsonSlices(rows: readonly unknown[]): string[] {
  return joinSlices(rows.map((row) => JSON.stringify(row)));
}

/** Does the same with rows that are JSON already. */
export function joinSlices(rows: readonly string[]): string[] {
  const texts: string[] = [];
  let slice: string[] = [];
  let length = 0;
  for (const text of rows) {
    if (length + text.length > CHARACTERS_MAX && slice.length > 0) {
      texts.push(`[${slice.join(",")}]`);
      slice = [];
      length = 0;
    }
    slice.push(text);
    length += text.length + 1;
  }
  if (slice.length > 0) texts.push(`[${slice.join(",")}]`);
  return texts;
}
