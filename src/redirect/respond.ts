/** Builds every answer of the redirect, so that its headers are set in one place. */

import { METHOD_NOT_ALLOWED, UNAVAILABLE, preview, type Notice } from "./pages/notices.ts";
import { pageHeaders, renderPage, type Page } from "./pages/page.ts";

/**
 * A stored redirect is a click that nobody counts, so none is cached: not by browsers, and not by
 * caches on the way.
 */
const BASE_HEADERS = {
  "Cache-Control": "private, no-store",
  "X-Robots-Tag": "noindex",
};

const RETRY_AFTER_SECONDS = 5;

export function redirectTo(destination: string, status: number): Response {
  return new Response(null, { status, headers: { ...BASE_HEADERS, Location: destination } });
}

/** Says in HTML, or in JSON to who asked for that, why there is no redirect. */
export function notice(
  request: Request,
  what: Notice,
  more: Readonly<Record<string, string>> = {},
): Response {
  const headers = new Headers({ ...BASE_HEADERS, ...more });
  if (what === UNAVAILABLE) headers.set("Retry-After", String(RETRY_AFTER_SECONDS));
  if (what === METHOD_NOT_ALLOWED) headers.set("Allow", "GET, HEAD");
  headers.set("Vary", "Accept");
  if (!wantsJson(request)) return page(request, what, headers);
  headers.set("Content-Type", "application/json");
  const body = JSON.stringify({ code: what.code, message: `${what.title}. ${what.text}` });
  return new Response(bodyFor(request, body), { status: what.status, headers });
}

export function previewOf(request: Request, destination: string): Response {
  return page(request, preview(destination), new Headers(BASE_HEADERS));
}

function page(request: Request, what: Page, headers: Headers): Response {
  for (const [name, value] of Object.entries(pageHeaders(what))) headers.set(name, value);
  return new Response(bodyFor(request, renderPage(what)), { status: what.status, headers });
}

function bodyFor(request: Request, body: string): string | null {
  return request.method === "HEAD" ? null : body;
}

/** JSON is for who asks for it by name; Accept-anything (curl, most libraries) reads the page. */
function wantsJson(request: Request): boolean {
  const accept = request.headers.get("Accept") ?? "";
  return accept.includes("application/json") && !accept.includes("text/html");
}
