/**
 * Splits a request's URL into its parts.
 *
 * `new URL` would be the most expensive step of a hot redirect after its response: an object of the
 * runtime, with another one for its query.
 */

export interface RequestUrl {
  readonly href: string;
  /** Scheme, host and port, as sent. */
  readonly origin: string;
  /** From the first slash to the query. */
  readonly path: string;
  /** From the question mark on; empty without one. */
  readonly query: string;
}

/** Returns the same address over https, on its usual port. */
export function httpsOf(href: string): string {
  const url = new URL(href);
  url.protocol = "https:";
  url.port = "";
  return url.href;
}

/** At least the length of `https://`, and before any slash of a path. */
const SCHEME_CHARS = 8;

/** Splits the URL of an incoming request: absolute, and without a fragment. */
export function splitUrl(href: string): RequestUrl {
  const mark = href.indexOf("?");
  const end = mark === -1 ? href.length : mark;
  const slash = href.indexOf("/", SCHEME_CHARS);
  // An absolute request target may have no path.
  const start = slash === -1 || slash > end ? end : slash;
  const path = href.slice(start, end);
  return {
    href,
    origin: href.slice(0, start),
    path: path === "" ? "/" : path,
    query: href.slice(end),
  };
}

/**
 * Whether a destination is the address that is asked for, with whatever query: a click token or a
 * fragment would make each round look new.
 */
export function leadsTo(destination: string, { origin, path }: RequestUrl): boolean {
  if (!destination.startsWith(origin) || !destination.startsWith(path, origin.length)) return false;
  const next = destination[origin.length + path.length];
  return next === undefined || next === "?" || next === "#";
}
