/**
 * What stands in one cell, in both directions.
 *
 * Spreadsheets run a cell that begins with one of `= + - @`, tab or CR. Such a cell gets an
 * apostrophe before it. So that this can be undone, a cell gets one more also if it begins with
 * apostrophes and goes on like that: what is read back drops exactly one, and only there.
 */

import { toTagNames } from "../accept-link.ts";

const RISKY = /^'*[=+\-@\t\r]/;
const NEUTRALISED = /^'+[=+\-@\t\r]/;
const TRUE = /^(?:true|t|yes|y|on|1)$/i;
const FALSE = /^(?:false|f|no|n|off|0)$/i;
const TIME =
  /^(?<date>\d{4}-\d\d-\d\d)(?:[T ](?<clock>\d\d:\d\d)(?<seconds>:\d\d(?:\.\d{1,9})?)? ?(?<zone>Z|UTC|[+-]\d\d:?\d\d)?)?$/i;
/** One name of a list: quoted, or anything up to the next comma. */
const TAG = /\s*(?:"((?:[^"]|"")*)"\s*(?=,|$)|([^,]*))(?:,|$)/g;

/** Keeps a spreadsheet from running a text. */
export function neutralise(text: string): string {
  return RISKY.test(text) ? `'${text}` : text;
}

/** Undoes `neutralise`; leaves alone what it would not have changed. */
export function restore(cell: string): string {
  return NEUTRALISED.test(cell) ? cell.slice(1) : cell;
}

/** Lists names with commas between them; a name that holds a comma or a quote stands in quotes. */
export function writeTags(names: readonly string[]): string {
  return names
    .map((name) => (/[",]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name))
    .join(",");
}

/** Reads a list of names, each once and trimmed. */
export function readTags(cell: string): string[] {
  const names = Array.from(
    cell.matchAll(TAG),
    ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? "",
  );
  return toTagNames(names);
}

/** Reads a flag as people write it; null for what is none. */
export function readFlag(cell: string): boolean | null {
  if (TRUE.test(cell)) return true;
  return FALSE.test(cell) ? false : null;
}

/** Writes a time in UTC, without the milliseconds if there are none. */
export function writeTime(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}

/**
 * Reads an ISO 8601 date, or date and time, in milliseconds; null for what is none.
 *
 * UTC where no zone is given. A date alone is its first moment.
 */
export function readTime(text: string): number | null {
  const { date, clock = "00:00", seconds = ":00", zone = "Z" } = TIME.exec(text)?.groups ?? {};
  // `Date.parse` makes the 2nd of March of the 30th of February.
  if (date === undefined || !isDate(date)) return null;
  const offset = /^(?:Z|UTC)$/i.test(zone) ? "Z" : zone.replace(/^(...)(\d\d)$/, "$1:$2");
  const ms = Date.parse(`${date}T${clock}${seconds}${offset}`);
  return Number.isNaN(ms) ? null : ms;
}

function isDate(date: string): boolean {
  const ms = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date);
}
