/** Finds the name that somebody meant. */

/** How many letters a name may differ by from the one that was meant. */
const DISTANCE_MAX = 3;
/** Longer than any name, so that a comparison stays cheap whatever is sent. */
const LENGTH_MAX = 64;

/**
 * Returns the name most like the one given, or null if none is like it. Case and separators do not
 * count: `short_code` is `shortCode`.
 */
export function nearestName(given: string, names: readonly string[]): string | null {
  if (given.length > LENGTH_MAX) return null;
  let nearest: string | null = null;
  let least = Math.min(DISTANCE_MAX, Math.floor(given.length / 2)) + 1;
  for (const name of names) {
    const distance = editDistance(plain(given), plain(name));
    if (distance < least) [nearest, least] = [name, distance];
  }
  return nearest;
}

/** Thousands fit into a request, and each is compared with all names that there are. */
const NAMES_TOLD_MAX = 5;
const NAME_SHOWN_MAX = 64;

/**
 * Says of each of the first unknown names that nothing has it, and which one was probably meant.
 * `what` is like "field".
 */
export function unknownNames(
  given: readonly string[],
  names: readonly string[],
  what: string,
): string[] {
  return given.slice(0, NAMES_TOLD_MAX).map((name) => unknownName(name, names, what));
}

function unknownName(given: string, names: readonly string[], what: string): string {
  const nearest = nearestName(given, names);
  const shown = given.slice(0, NAME_SHOWN_MAX).toWellFormed();
  const said = `"${shown}" is no ${what} of this request`;
  if (nearest !== null) return `${said}: did you mean ${nearest}?`;
  return names.length === 0 ? `${said}, which takes none` : `${said}. It takes ${names.join(", ")}`;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

/** Counts the letters to insert, remove or replace (Levenshtein). */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let line = 0; line < one.length; line++) {
    const next = [line + 1];
    for (let at = 0; at < other.length; at++) {
      const replaced = (row[at] ?? 0) + (one[line] === other[at] ? 0 : 1);
      next.push(Math.min(replaced, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
