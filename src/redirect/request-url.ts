/**
 * Takes a request's URL apart.
 *
 * `new URL` would be the dearest thing that a hot redirect does after its response: an object of the
 * runtime's, with another one for its query.
 */

export interface RequestUrl {
  readonly href: string;
  /** Scheme, host and port, as they were sent. */
  readonly origin: string;
  /** From its first slash to the query. */
  readonly path: string;
  /** From its question mark on; empty without one. */
  readonly query: string;
}

/** Longer than `https://` and shorter than any slash of a path can come. */
const SCHEME_CHARS = 8;

/** Splits the URL of a request that came in: absolute, and without a fragment. */
export function splitUrl(href: string): RequestUrl {
  const mark = href.indexOf("?");
  const end = mark === -1 ? href.length : mark;
  const slash = href.indexOf("/", SCHEME_CHARS);
  // An absolute request target may go without a path.
  const start = slash === -1 || slash > end ? end : slash;
  const path = href.slice(start, end);
  return {
    href,
    origin: href.slice(0, start),
    path: path === "" ? "/" : path,
    query: href.slice(end),
  };
}
