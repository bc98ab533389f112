/**
 * Encodes and decodes the values of single cells.
 *
 * Spreadsheets run a cell that begins with one of `= + - @`, tab or CR. Such a cell is written with
 * an apostrophe before it. To make this reversible, so is a cell that begins with apostrophes and
 * continues like that: reading drops exactly one apostrophe, and only there.
 */

import { toTagNames } from "../accept-link.ts";

const RISKY = /^'*[=+\-@\t\r]/;
const NEUTRALISED = /^'+[=+\-@\t\r]/;
const TRUE = /^(?:true|t|yes|y|on|1)$/i;
const FALSE = /^(?:false|f|no|n|off|0)$/i;
const TIME =
  /^(?<date>\d{4}-\d\d-\d\d)(?:[T ](?<clock>\d\d:\d\d)(?<seconds>:\d\d(?:\.\d{1,9})?)? ?(?<zone>Z|UTC|[+ -]\d\d:?\d\d)?)?$/i;
/** What four digits of a year can write: a zone may move a time beyond it. */
const FIRST_MS = Date.parse("0000-01-01T00:00:00Z");
const LAST_MS = Date.parse("9999-12-31T23:59:59.999Z");
/** One name of a list: quoted, or everything up to the next comma. */
const TAG = /\s*(?:"((?:[^"]|"")*)"\s*(?=,|$)|([^,]*))(?:,|$)/g;

/** Escapes a text so that spreadsheets do not run it. */
export function neutralise(text: string): string {
  return RISKY.test(text) ? `'${text}` : text;
}

/** Reverses `neutralise`; leaves alone what that would not have changed. */
export function restore(cell: string): string {
  return NEUTRALISED.test(cell) ? cell.slice(1) : cell;
}

/** Joins names with commas; a name that contains a comma or a quote is quoted. */
export function writeTags(names: readonly string[]): string {
  return names
    .map((name) => (/[",]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name))
    .join(",");
}

/** Parses a list of names, trimmed and without duplicates. */
export function readTags(cell: string): string[] {
  const names = Array.from(
    cell.matchAll(TAG),
    ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? "",
  );
  return toTagNames(names);
}

/** Parses a flag in its common spellings; null if the text is none of them. */
export function readFlag(cell: string): boolean | null {
  if (TRUE.test(cell)) return true;
  return FALSE.test(cell) ? false : null;
}

/** Writes a time in UTC, without milliseconds if they are zero. */
export function writeTime(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}

/**
 * Parses an ISO 8601 date, or date and time, into milliseconds; null if the text is neither.
 *
 * Assumes UTC if no zone is given. A date alone means its first moment. A space before an offset is
 * the plus that a query loses if it is not encoded.
 */
export function readTime(text: string): number | null {
  const { date, clock = "00:00", seconds = ":00", zone = "Z" } = TIME.exec(text)?.groups ?? {};
  // `Date.parse` turns the 30th of February into the 2nd of March.
  if (date === undefined || !isDate(date)) return null;
  const offset = /^(?:Z|UTC)$/i.test(zone)
    ? "Z"
    : zone.replace(/^ /, "+").replace(/^(...)(\d\d)$/, "$1:$2");
  const ms = Date.parse(`${date}T${clock}${seconds}${offset}`);
  return ms >= FIRST_MS && ms <= LAST_MS ? ms : null;
}

function isDate(date: string): boolean {
  const ms = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date);
}
