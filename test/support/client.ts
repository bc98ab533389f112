/** Calls an API as one person, on a clock and in an environment of the test's own. */

import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";

import type { Scope } from "../../src/access/access.ts";
import { native } from "../../src/api/native/app.ts";
import { pvtlnk } from "../../src/api/pvtlnk/app.ts";
import { revolink } from "../../src/api/revolink/app.ts";
import type { Clock } from "../../src/platform/clock.ts";
import type { Fetch } from "../../src/platform/dns.ts";
import { type Account, newAccount } from "./account.ts";
import { ORIGIN } from "./api.ts";
import { assertDocumented } from "./documented.ts";

/** An answer that has been read to its end. */
export interface Answer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  /** An empty object for what is no JSON. */
  readonly body: Body;
  readonly text: string;
}

export interface ClientOptions {
  /** A new one, unless given. */
  readonly account?: Account;
  /** The scopes of its token: all, unless some are named. */
  readonly scopes?: readonly Scope[];
  /** The time of the dialect's documentation, or for the native API now, unless given. */
  readonly clock?: Clock;
  readonly env?: Cloudflare.Env;
  /** The internet as the dialect sees it. */
  readonly fetch?: Fetch;
}

export interface Client {
  readonly account: Account;
  /** Sends a request as it is, with the token; waits for all that runs under `waitUntil`. */
  send<Body = Record<string, unknown>>(path: string, init?: RequestInit): Promise<Answer<Body>>;
  /** Sends a JSON body where one is given; text goes as it is. */
  call<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers?: HeadersInit,
  ): Promise<Answer<Body>>;
}

type Send = (request: Request, ctx: ExecutionContext) => Response | Promise<Response>;

interface Dialect {
  readonly authorize: (headers: Headers, token: string) => void;
  /** Opens its app, at the time of its documentation unless told otherwise. */
  readonly open: (options: ClientOptions) => Send;
}

/** Before the dates that lie ahead on each documentation's pages. */
export const PAGE_TIMES = {
  native: Date.parse("2026-05-04T10:00:00Z"),
  pvtlnk: Date.parse("2026-03-12T00:00:00Z"),
  revolink: Date.parse("2025-04-30T12:00:00Z"),
};

const DIALECTS = {
  native: {
    authorize: bearer,
    open({ clock, fetch, env: environment }) {
      if (clock === undefined && environment === undefined && fetch === undefined) {
        // Through the front door.
        return (request) => exports.default.fetch(request);
      }
      const app = native({ ...(clock && { clock }), ...(fetch && { fetch }) });
      return (request, ctx) => app.fetch(request, environment ?? env, ctx);
    },
  },
  pvtlnk: {
    authorize: bearer,
    open({ clock = () => PAGE_TIMES.pvtlnk, env: environment = env }) {
      const app = pvtlnk({ clock });
      return (request, ctx) => app.fetch(request, environment, ctx);
    },
  },
  revolink: {
    authorize: (headers, token) => headers.set("X-Api-Key", token),
    open({ clock = () => PAGE_TIMES.revolink, fetch, env: environment = env }) {
      const app = revolink({ clock, ...(fetch !== undefined && { fetch }) });
      return (request, ctx) => app.fetch(request, environment, ctx);
    },
  },
} satisfies Record<string, Dialect>;

function bearer(headers: Headers, token: string): void {
  headers.set("Authorization", `Bearer ${token}`);
}

export interface ClientOf extends ClientOptions {
  readonly dialect: keyof typeof DIALECTS;
}

/** Makes a client with a token of its account. */
export async function newClient({ dialect, ...options }: ClientOf): Promise<Client> {
  const { account = await newAccount(), scopes = [] } = options;
  const { authorize, open }: Dialect = DIALECTS[dialect];
  const token = await account.token(...scopes);
  const app = open(options);

  const send: Client["send"] = async (path, init = {}) => {
    const headers = new Headers(init.headers);
    if (!headers.has("Authorization")) authorize(headers, token);
    const ctx = createExecutionContext();
    const request = new Request(new URL(path, ORIGIN), { redirect: "manual", ...init, headers });
    const response = await app(request, ctx);
    await assertDocumented(request.method, request.url, response);
    const answer = await answerOf(response);
    await waitOnExecutionContext(ctx);
    return answer as Answer<never>;
  };
  return {
    account,
    send,
    call(method, path, body, headers = {}) {
      if (body === undefined) return send(path, { method, headers });
      const sent = new Headers(headers);
      if (!sent.has("Content-Type")) sent.set("Content-Type", "application/json");
      const text = typeof body === "string" ? body : JSON.stringify(body);
      return send(path, { method, headers: sent, body: text });
    },
  };
}

/** Reads a response to its end. */
async function answerOf(response: Response): Promise<Answer> {
  const { status, headers } = response;
  // As it came: text() would take a byte order mark away.
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
    await response.arrayBuffer(),
  );
  const isJson = headers.get("Content-Type")?.startsWith("application/json") === true;
  return { status, headers, text, body: isJson ? JSON.parse(text) : {} };
}
