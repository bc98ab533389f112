/**
 * Reads the path of a short link as chats, mails, prints and encoders hand it on: with the full stop
 * of the sentence around it, in brackets or quotes, with invisible characters, in percent-encoding,
 * with more slashes, or with `&` where its query begins. What it cannot be read as else is a code
 * with a longer path, which some links forward.
 *
 * Loaded with the first path that is none as it stands. It only takes off what no code can contain,
 * so it finds the code that was meant, or none.
 */

import { LOCATION_LENGTH_MAX } from "../links/route/merge-query.ts";
import { parsePath, type AskedPath } from "./path.ts";

export interface PastedPath {
  readonly asked: AskedPath;
  /** The query (`?…` or empty), with what the path had of it. */
  readonly query: string;
}

/** Longer than a code whose characters are all encoded, with what clings to it. */
const SENT_CHARS_MAX = 1_000;

const ESCAPES = /(?:%[0-9a-f]{2})+/gi;
const QUERY_BEGINS = /&(?:amp;)?|%26|%3F/i;

/** What may surround a code: hyphen and underscore belong to codes, and `+` asks for the preview. */
const CLINGS =
  /[[\p{P}\p{White_Space}\p{Cc}\p{Default_Ignorable_Code_Point}\p{Cf}<>`´~\|^=]--[\-_]]/v;

/** Returns null for a path that names no code. */
export function readPastedPath(path: string, query: string): PastedPath | null {
  const sent = path.slice(1);
  const mark = QUERY_BEGINS.exec(sent);
  const address = mark === null ? sent : sent.slice(0, mark.index);
  const isShort = address.length <= SENT_CHARS_MAX;
  const asked = isShort ? askedIn(trimmed(address.replaceAll(ESCAPES, decoded))) : null;
  if (asked === null) return longerPath(sent, query);
  const inPath = mark === null ? "" : sent.slice(mark.index + mark[0].length);
  return { asked, query: joined(inPath, query) };
}

/**
 * Reads a code and what follows it, which is kept as it was sent. Nothing else than slashes clings to
 * such a code: `/.well-known/a` names none.
 */
function longerPath(sent: string, query: string): PastedPath | null {
  const [, segment = "", rest = ""] = /^\/*([^/]{1,300})\/(.*)$/s.exec(sent) ?? [];
  const asked = parsePath(`/${segment.replaceAll(ESCAPES, decoded)}`);
  if (asked === null || asked.preview) return null;
  return { asked: { ...asked, rest: belowAny(rest) }, query };
}

/**
 * Adds a path (without a slash at its beginning) below that of a web address, before its query, and
 * leaves every other byte of the address as it is.
 *
 * Adds nothing if the result would be longer than `LOCATION_LENGTH_MAX`.
 */
export function withVisitorPath(destination: string, path: string): string {
  if (path === "" || !/^https?:/.test(destination)) return destination;
  const end = destination.search(/[?#]|$/);
  const joint = destination[end - 1] === "/" ? "" : "/";
  const extended = destination.slice(0, end) + joint + path + destination.slice(end);
  return extended.length > LOCATION_LENGTH_MAX ? destination : extended;
}

/** A `..` that a destination's server could still see, behind or before an encoded slash. */
const CLIMBS = /(?:^|\/|%2f|%5c)(?:\.|%2e){2}(?=$|[/;]|%2f|%3b|%5c)/i;

/**
 * Returns a path that stays below every path it is added to: its dot segments are resolved within
 * it, as browsers do. Empty if nothing is left, or if a server could read it as climbing.
 */
function belowAny(rest: string): string {
  const { pathname } = new URL(`http://below/${rest}`);
  const path = pathname.replace(/^\/+/, "");
  return CLIMBS.test(path) ? "" : path;
}

/** Takes off what stands between a code and its ending, too: `/(code)/qr.svg`. */
function askedIn(address: string): AskedPath | null {
  const [, code = "", ending = ""] = /^(.*?)(\+|\/qr\.(?:svg|png))?$/su.exec(address) ?? [];
  return parsePath(`/${trimmed(code)}${ending}`);
}

function trimmed(text: string): string {
  const characters = Array.from(text);
  const start = characters.findIndex((character) => !CLINGS.test(character));
  const end = characters.findLastIndex((character) => !CLINGS.test(character));
  return start === -1 ? "" : characters.slice(start, end + 1).join("");
}

/** What is no UTF-8 becomes a character of no code, which clings to none. */
function decoded(escapes: string): string {
  try {
    return decodeURIComponent(escapes);
  } catch {
    return "\uFFFD";
  }
}

function joined(inPath: string, query: string): string {
  if (inPath === "") return query;
  return query === "" ? `?${inPath}` : `?${inPath}&${query.slice(1)}`;
}
