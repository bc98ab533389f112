/**
 * Cloudflare's API on a loopback port, as far as a deployment uses it. What it keeps behaves as on
 * Cloudflare; it answers any call as a test says, so that each step of a deployment can fail.
 */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { newAccount, type Account } from "./account.ts";
import { envelope, failure, Refusal, type Route } from "./answer.ts";
import { queueRoutes } from "./queue-routes.ts";
import { storageRoutes } from "./storage-routes.ts";
import { workerRoutes } from "./worker-routes.ts";
import { zoneRoutes } from "./zone-routes.ts";

export const TOKEN = "loopback-token-that-nothing-may-print";

const ROUTES: readonly Route[] = [...zoneRoutes, ...workerRoutes, ...storageRoutes, ...queueRoutes];

export interface Call {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Trouble {
  /** `lost` does what was asked and cuts the connection; `hang` does nothing and never answers. */
  readonly how: "lost" | "hang" | "html" | { readonly status: number; readonly code: number };
  readonly retryAfter?: number;
}

export interface Loopback {
  readonly account: Account;
  readonly url: string;
  readonly calls: Call[];
  /** The calls that change something. */
  changes(): readonly Call[];
  /** Decides before each call whether it fails. */
  trouble: (call: Call) => Trouble | null;
  close(): Promise<void>;
}

export async function startLoopback(account: Account = newAccount()): Promise<Loopback> {
  const loopback: Loopback = {
    account,
    url: "",
    calls: [],
    changes: () => loopback.calls.filter(changes),
    trouble: () => null,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer((request, response) => {
    answer(loopback, request, response).catch((error: unknown) => {
      send(response, 500, failure(10_013, String(error)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(loopback, { url: `http://127.0.0.1:${port}/client/v4` });
}

async function answer(
  loopback: Loopback,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://loopback");
  const call: Call = {
    method: request.method ?? "GET",
    path: pathname.replace(/^\/client\/v4/, ""),
    body: await bodyOf(request),
  };
  loopback.calls.push(call);
  if (request.headers.authorization !== `Bearer ${TOKEN}`) {
    // An upload of assets carries the token of its session.
    if (!call.path.includes("/assets")) return send(response, 401, failure(10_000, "No token"));
  }
  const trouble = loopback.trouble(call);
  if (trouble !== null && trouble.how !== "lost") return fail(response, trouble);
  const { status, body } = answerOf(loopback.account, call, searchParams);
  if (trouble !== null) {
    request.socket.destroy();
    return;
  }
  send(response, status, body);
}

function answerOf(
  account: Account,
  { method, path, body }: Call,
  query: URLSearchParams,
): { status: number; body: unknown } {
  try {
    for (const route of ROUTES) {
      const match = route.method === method ? route.path.exec(path) : null;
      if (match === null) continue;
      if (route.needs !== undefined && account.denied.has(route.needs)) {
        throw new Refusal(403, 10_000, "Authentication error");
      }
      const result = route.answer({ account, params: match.slice(1), query, body });
      return { status: 200, body: result === undefined ? undefined : envelope(result, query) };
    }
    throw new Refusal(404, 7003, `No route for that URI: ${method} ${path}`);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { status: error.status, body: failure(error.code, error.message) };
  }
}

function fail(response: ServerResponse, { how, retryAfter }: Trouble): void {
  if (how === "hang" || how === "lost") return;
  if (how === "html") {
    response.writeHead(404, { "content-type": "text/html" });
    response.end("<html><h1>404 Not Found</h1></html>");
    return;
  }
  if (retryAfter !== undefined) response.setHeader("retry-after", String(retryAfter));
  send(response, how.status, failure(how.code, "As a test wants it."));
}

/** A call that has no result has no body at all. */
function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(body === undefined ? "" : JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const type = request.headers["content-type"] ?? "";
  const bytes = Buffer.concat(chunks);
  if (type.startsWith("multipart/form-data")) {
    const form = await new Response(bytes, { headers: { "content-type": type } }).formData();
    const metadata = form.get("metadata");
    if (metadata === null) return {};
    const text = typeof metadata === "string" ? metadata : await metadata.text();
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  }
  return bytes.length === 0
    ? {}
    : (JSON.parse(bytes.toString()) as Readonly<Record<string, unknown>>);
}

/** Whether a call changes something: reads by POST are queries of a database that select. */
function changes({ method, path, body }: Call): boolean {
  if (method === "GET") return false;
  return !(path.endsWith("/query") && /^\s*select/i.test(String(body["sql"])));
}
