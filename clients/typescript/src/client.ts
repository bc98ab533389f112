/** Calls operations of the API: with a credential, again where that is safe, and page by page. */

import { SignpostError } from "./error.ts";
import { type Failure, type Operations, type Route, routes } from "./operations.ts";
import { isSafeToRepeat, sleep, waitBefore } from "./retries.ts";

export interface ClientOptions {
  /** The installation: `https://go.example.com`. */
  readonly url: string;
  /** An API token. Without one, a page of the installation acts in the visitor's own session. */
  readonly token?: string;
  /** The `Cookie` header of a session, for programs that have no cookies of their own. */
  readonly cookie?: string;
  /** The id of the workspace to act in; the token's own by default. */
  readonly workspace?: string;
  /** How often a call is repeated that is refused for now, or fails on its way. 3 by default. */
  readonly retries?: number;
  /** The longest wait that the server may ask for, in seconds; 60 by default. */
  readonly longestWait?: number;
  /** Sends the requests; the runtime's own by default. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/** What a call of an operation may say. */
export type RequestOf<Id extends keyof Operations> = Omit<Operations[Id], "answer"> & {
  /** Aborts the call, also while it waits to be repeated. */
  readonly signal?: AbortSignal;
};

/** What an operation answers. */
export type AnswerOf<Id extends keyof Operations> = Operations[Id]["answer"];

/** The request may be left out if nothing of it is required. */
type Arguments<Id extends keyof Operations> =
  object extends RequestOf<Id> ? [request?: RequestOf<Id>] : [request: RequestOf<Id>];

export interface Answered<Data> {
  readonly data: Data;
  readonly status: number;
  readonly headers: Headers;
}

export interface Call<Id extends keyof Operations> {
  /** Calls the operation, and returns its answer. */
  (...request: Arguments<Id>): Promise<AnswerOf<Id>>;
  /** Calls the operation, and returns its answer with its status and headers, such as `ETag`. */
  withHeaders(...request: Arguments<Id>): Promise<Answered<AnswerOf<Id>>>;
  /** Returns all items of a list, and asks for a page when it is needed. */
  readonly all: AnswerOf<Id> extends readonly (infer Item)[]
    ? (...request: Arguments<Id>) => AsyncIterableIterator<Item>
    : never;
}

/** The operations of the API, each by its id. */
export type Client = { readonly [Id in keyof Operations]: Call<Id> };

/** The parts of a request, whatever its operation. */
interface Sent {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** How many items a page has, unless the call says how many. */
const PAGE_ITEMS = 100;

/** Makes a client of an installation. */
export function createClient(options: ClientOptions): Client {
  const calls = Object.entries(routes).map(([id, route]) => {
    const answer = (sent: Sent = {}): Promise<Answered<unknown>> => answerTo(route, sent, options);
    const call = async (sent?: Sent): Promise<unknown> => (await answer(sent)).data;
    const all = ({ query, ...sent }: Sent = {}): AsyncIterableIterator<unknown> =>
      itemsOf(answer, { ...sent, query: { ...(route.paged && { limit: PAGE_ITEMS }), ...query } });
    return [id, Object.assign(call, { withHeaders: answer, all })] as const;
  });
  return Object.fromEntries(calls) as unknown as Client;
}

async function* itemsOf(
  answer: (sent: Sent) => Promise<Answered<unknown>>,
  sent: Sent,
): AsyncIterableIterator<unknown> {
  let next: Sent | null = sent;
  while (next !== null) {
    const { data, headers }: Answered<unknown> = await answer(next);
    yield* data as readonly unknown[];
    const link: string | undefined = /<([^>]*)>\s*;\s*rel="?next"?/.exec(
      headers.get("Link") ?? "",
    )?.[1];
    // Only its query: the credential must reach no other host.
    next =
      link === undefined
        ? null
        : { ...sent, query: Object.fromEntries(new URL(link).searchParams) };
  }
}

async function answerTo(
  route: Route,
  sent: Sent,
  options: ClientOptions,
): Promise<Answered<unknown>> {
  const { method, once } = route;
  const { fetch = globalThis.fetch, retries = 3, longestWait = 60 } = options;
  const { signal } = sent;
  const url = urlOf(route, sent, options);
  const headers = headersOf(route, sent, options);
  const body = sent.body === undefined ? null : JSON.stringify(sent.body);
  const isRepeatable = isSafeToRepeat(method, once);
  for (let attempt = 0; ; attempt++) {
    signal?.throwIfAborted();
    const isLast = attempt >= retries;
    const request = new Request(url, { method, headers, body, signal: signal ?? null });
    let response: Response;
    let text: string;
    try {
      response = await fetch(request);
      text = await response.text();
    } catch (cause) {
      signal?.throwIfAborted();
      if (isLast || !isRepeatable) {
        throw new SignpostError(`${method} ${url.pathname} was not answered.`, {
          status: 0,
          code: "NETWORK",
          cause,
        });
      }
      await sleep(waitBefore(attempt, null), signal);
      continue;
    }
    if (response.ok) return answered(response, text);
    const wait = waitBefore(attempt, response);
    const isForNow = wait !== null && wait <= longestWait * 1000;
    if (isLast || !isForNow) throw failureOf(response, text);
    await sleep(wait, signal);
  }
}

function urlOf({ path }: Route, { path: values = {}, query = {} }: Sent, { url }: ClientOptions) {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name] ?? "";
    // A URL would take these for steps in its path, and an empty one for another operation.
    if (/^\.{0,2}$/.test(value)) throw new TypeError(`path.${name} names nothing: "${value}"`);
    return encodeURIComponent(value);
  });
  const full = new URL(filled, url);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) full.searchParams.set(name, textOf(value));
  }
  return full;
}

function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join(",") : String(value);
}

function headersOf(
  { once, method }: Route,
  { headers: given = {}, body }: Sent,
  { token, cookie, workspace, url }: ClientOptions,
): Headers {
  const headers = new Headers({ Accept: "application/json", ...given });
  const setMissing = (name: string, value: string): void => {
    if (!headers.has(name)) headers.set(name, value);
  };
  if (token !== undefined) setMissing("Authorization", `Bearer ${token}`);
  if (cookie !== undefined) {
    setMissing("Cookie", cookie);
    if (method !== "GET") setMissing("Origin", new URL(url).origin);
  }
  if (workspace !== undefined) setMissing("Signpost-Workspace", workspace);
  if (once) setMissing("Idempotency-Key", crypto.randomUUID());
  if (body !== undefined) setMissing("Content-Type", "application/json");
  return headers;
}

function answered(response: Response, text: string): Answered<unknown> {
  const { status, headers } = response;
  const isJson = headers.get("Content-Type")?.includes("json") === true;
  const data: unknown = isJson ? JSON.parse(text) : text === "" ? undefined : text;
  return { data, status, headers };
}

function failureOf(response: Response, text: string): SignpostError {
  const { status, headers } = response;
  let body: unknown = text;
  try {
    body = JSON.parse(text);
  } catch {
    // A proxy's page: the text tells enough.
  }
  const failure: Partial<Failure> = typeof body === "object" && body !== null ? body : {};
  const { code = `HTTP_${status}`, message = `The server answered ${status}.` } = failure;
  return new SignpostError(message, { status, code, requestId: headers.get("X-Request-Id"), body });
}
