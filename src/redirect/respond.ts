/** Builds every redirect, so that its headers are set in one place. Other answers: `pages/answer.ts`. */

/**
 * A stored redirect would hide clicks, so neither browsers nor proxies may cache one. Answers that
 * are not stored need no `Vary` either.
 */
const CRAWLABLE_HEADERS = { "Cache-Control": "private, no-store" };
export const BASE_HEADERS = { ...CRAWLABLE_HEADERS, "X-Robots-Tag": "noindex" };

/**
 * Half a year, and not the host's subdomains, which may be somebody else's. Longer once all
 * installations have answered https for a while: browsers do not forget it sooner.
 */
const STRICT_TRANSPORT = "max-age=15552000";
const STRICT = { "Strict-Transport-Security": STRICT_TRANSPORT };
const STRICT_HEADERS = { ...BASE_HEADERS, ...STRICT };
const STRICT_CRAWLABLE_HEADERS = { ...CRAWLABLE_HEADERS, ...STRICT };

/** The headers of a redirect, besides its `Location`. */
export type RedirectHeaders = typeof CRAWLABLE_HEADERS;

/**
 * Returns the headers of a redirect, always the same object for the same arguments. `strict` tells
 * the browser to use https for this host from now on.
 */
export function redirectHeaders(strict: boolean, crawlable: boolean): RedirectHeaders {
  if (crawlable) return strict ? STRICT_CRAWLABLE_HEADERS : CRAWLABLE_HEADERS;
  return strict ? STRICT_HEADERS : BASE_HEADERS;
}

/** What an answer needs of a request: read once, since each read is a call out of V8. */
export type Asker = Pick<Request, "method" | "headers">;

/** Creates a redirect for one visitor, to which headers may be added. */
export function redirectTo(
  destination: string,
  status: number,
  headers: RedirectHeaders = BASE_HEADERS,
): Response {
  return new Response(null, { status, headers: { ...headers, Location: destination } });
}

export function isRedirect({ status }: Response): boolean {
  return status >= 300 && status < 400;
}

/** Tells the browser to use https for this host from now on, with an answer of its own. */
export function makeStrict(response: Response): Response {
  response.headers.set("Strict-Transport-Security", STRICT_TRANSPORT);
  return response;
}

interface Shared {
  readonly status: number;
  readonly headers: RedirectHeaders;
  readonly response: Response;
}

const shared = new Map<string, Shared>();
/** Bounds the map to a few megabytes. A full map is dropped: one response is cheap to create. */
const SHARED_MAX = 2_000;
/** Longer destinations are few, and would make megabytes of these many. */
const SHARED_LENGTH_MAX = 2_048;

/**
 * Returns the redirect that all visitors of a destination share: one object, never to be changed.
 *
 * Creating a response is the most expensive step of a redirect. One without a body can be returned
 * any number of times (in Fetch, only a body is consumed), by any request of the isolate.
 */
export function sharedRedirectTo(
  destination: string,
  status: number,
  headers: RedirectHeaders = BASE_HEADERS,
): Response {
  const known = shared.get(destination);
  if (known !== undefined && known.status === status && known.headers === headers) {
    return known.response;
  }
  const response = redirectTo(destination, status, headers);
  if (destination.length > SHARED_LENGTH_MAX) return response;
  if (shared.size >= SHARED_MAX) shared.clear();
  shared.set(destination, { status, headers, response });
  return response;
}
