/** Builds every answer of the redirect, so that its headers are set in one place. */

import { METHOD_NOT_ALLOWED, UNAVAILABLE, preview, type Notice } from "./pages/notices.ts";
import { pageHeaders, renderPage, type Page } from "./pages/page.ts";

/**
 * A stored redirect is a click that nobody counts, so none is cached: not by browsers, and not by
 * caches on the way. What is not stored needs no `Vary` either.
 */
const BASE_HEADERS = {
  "Cache-Control": "private, no-store",
  "X-Robots-Tag": "noindex",
};

const RETRY_AFTER_SECONDS = 5;

/** What an answer takes from a request: read off it once, since each reading is a call out of V8. */
export type Asker = Pick<Request, "method" | "headers">;

/** Makes a redirect that is one visitor's own: headers may be added to it. */
export function redirectTo(destination: string, status: number): Response {
  return new Response(null, { status, headers: { ...BASE_HEADERS, Location: destination } });
}

const shared = new Map<string, { readonly status: number; readonly response: Response }>();
/** A few megabytes; a full map is dropped, since a response is cheap to make. */
const SHARED_MAX = 2_000;

/**
 * Gives the redirect that all visitors of a destination get: one object, not to be changed.
 *
 * Making a response is the dearest thing that a redirect does. One without a body can be returned any
 * number of times (Fetch: only a body is ever used up), by any request of the isolate.
 */
export function sharedRedirectTo(destination: string, status: number): Response {
  const known = shared.get(destination);
  if (known !== undefined && known.status === status) return known.response;
  const response = redirectTo(destination, status);
  if (shared.size >= SHARED_MAX) shared.clear();
  shared.set(destination, { status, response });
  return response;
}

/** Says in HTML, or in JSON to who asked for that, why there is no redirect. */
export function notice(
  asker: Asker,
  what: Notice,
  more: Readonly<Record<string, string>> = {},
): Response {
  const { page, json } = preparedOf(what);
  const response = responseTo(asker, wantsJson(asker) ? json : page);
  for (const [name, value] of Object.entries(more)) response.headers.set(name, value);
  return response;
}

export function previewOf(asker: Asker, destination: string): Response {
  return responseTo(asker, pageOf(preview(destination), BASE_HEADERS));
}

/** Answers with an image of a link. A change of how it looks shows once it has left the caches. */
export function picture(
  asker: Asker,
  image: Uint8Array,
  headers: Readonly<Record<string, string>>,
): Response {
  const all = { ...BASE_HEADERS, "Cache-Control": "public, max-age=300", ...headers };
  return responseTo(asker, {
    body: new Blob([image]),
    init: { status: 200, headers: new Headers(all) },
  });
}

function responseTo({ method }: Asker, { body, init }: Prepared): Response {
  return new Response(method === "HEAD" ? null : body, init);
}

interface Prepared {
  /** Bytes already: a text would be encoded for each answer. */
  readonly body: Blob;
  readonly init: { readonly status: number; readonly headers: Headers };
}

const prepared = new WeakMap<Notice, { readonly page: Prepared; readonly json: Prepared }>();

/** A notice is the same for everybody: it is put together once an isolate. */
function preparedOf(what: Notice): { readonly page: Prepared; readonly json: Prepared } {
  const known = prepared.get(what);
  if (known !== undefined) return known;
  const common = {
    ...BASE_HEADERS,
    ...(what === UNAVAILABLE ? { "Retry-After": String(RETRY_AFTER_SECONDS) } : {}),
    ...(what === METHOD_NOT_ALLOWED ? { Allow: "GET, HEAD" } : {}),
  };
  const { status, code, title, text } = what;
  const headers = new Headers({ ...common, "Content-Type": "application/json" });
  const json = {
    body: new Blob([JSON.stringify({ code, message: `${title}. ${text}` })]),
    init: { status, headers },
  };
  const made = { page: pageOf(what, common), json };
  prepared.set(what, made);
  return made;
}

function pageOf(what: Page, headers: Readonly<Record<string, string>>): Prepared {
  return {
    body: new Blob([renderPage(what)]),
    init: { status: what.status, headers: new Headers({ ...headers, ...pageHeaders(what) }) },
  };
}

/** JSON is for who asks for it by name; Accept-anything (curl, most libraries) reads the page. */
function wantsJson({ headers }: Asker): boolean {
  const accept = headers.get("Accept") ?? "";
  return accept.includes("application/json") && !accept.includes("text/html");
}
