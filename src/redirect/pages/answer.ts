/**
 * Builds every answer of the redirect that is none: pages, notices and their JSON. Loaded with the
 * first of them.
 */

import { BASE_HEADERS, type Asker, type RedirectHeaders } from "../respond.ts";
import { METHOD_NOT_ALLOWED, TOO_MANY_MISSES, UNAVAILABLE, type Notice } from "./notices.ts";
import { pageHeaders, renderPage, type Page } from "./page.ts";

const UNAVAILABLE_SECONDS = 5;
const MISSES_SECONDS = 60;

/** Explains why there is no redirect, as HTML or, if the client asked for it, JSON. */
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

/** Answers with a page that is made for this visitor. */
export function answerPage(
  asker: Asker,
  page: Page,
  headers: RedirectHeaders = BASE_HEADERS,
): Response {
  return responseTo(asker, pageOf(page, { ...headers, "Referrer-Policy": "no-referrer" }));
}

export function responseTo({ method }: Asker, { body, init }: Prepared): Response {
  return new Response(method === "HEAD" ? null : body, init);
}

interface Prepared {
  /** Already bytes: a string would be encoded for each answer. */
  readonly body: Blob;
  readonly init: { readonly status: number; readonly headers: Headers };
}

const prepared = new WeakMap<Notice, { readonly page: Prepared; readonly json: Prepared }>();

/** Prepares a notice once per isolate, since it is the same for every visitor. */
function preparedOf(what: Notice): { readonly page: Prepared; readonly json: Prepared } {
  const known = prepared.get(what);
  if (known !== undefined) return known;
  const common = {
    ...BASE_HEADERS,
    ...retryAfter(what),
    ...(what === METHOD_NOT_ALLOWED ? { Allow: "GET, HEAD" } : {}),
  };
  const { status, code, title, text } = what;
  const json = jsonOf(status, { code, message: `${title}. ${text}` }, common);
  const made = { page: pageOf(what, common), json };
  prepared.set(what, made);
  return made;
}

export function jsonOf(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = BASE_HEADERS,
): Prepared {
  const all = new Headers({ ...headers, "Content-Type": "application/json" });
  return { body: new Blob([JSON.stringify(value)]), init: { status, headers: all } };
}

function retryAfter(what: Notice): Readonly<Record<string, string>> {
  if (what === UNAVAILABLE) return { "Retry-After": String(UNAVAILABLE_SECONDS) };
  return what === TOO_MANY_MISSES ? { "Retry-After": String(MISSES_SECONDS) } : {};
}

function pageOf(what: Page, headers: Readonly<Record<string, string>>): Prepared {
  return {
    body: new Blob([renderPage(what)]),
    init: { status: what.status, headers: new Headers({ ...headers, ...pageHeaders(what) }) },
  };
}

/** Whether `Accept` names JSON and not HTML. Clients that accept anything get the page. */
export function wantsJson({ headers }: Asker): boolean {
  const accept = headers.get("Accept") ?? "";
  return accept.includes("application/json") && !accept.includes("text/html");
}
