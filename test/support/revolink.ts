/** Calls the RevoLink API as one person, on a clock and an internet of the test's own. */

import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";

import type { Scope } from "../../src/access/access.ts";
import { revolinkAppIn } from "../../src/api/revolink/app.ts";
import type { Surroundings } from "../../src/api/revolink/environment.ts";
import type { Rule } from "../../src/links/rules/rule.ts";
import { objectIdOf } from "../../src/platform/uuid.ts";
import { type Account, newAccount } from "./account.ts";
import { ORIGIN } from "./api.ts";

/** Before all dates that lie in the future on RevoLink's pages. */
export const PAGE_TIME = Date.parse("2025-04-30T12:00:00Z");

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export interface RevolinkClient {
  readonly account: Account;
  /** The object id of the account's own workspace. */
  readonly workspaceId: string;
  /** Sends a request as it is; waits for all that runs under `waitUntil`. */
  send(path: string, init?: RequestInit): Promise<Answer>;
  /** Sends fields as JSON, together with the `workspaceId` unless they name one. */
  call(method: string, path: string, fields?: Record<string, unknown>): Promise<Answer>;
  /** Asks for a report, with the `workspaceId` unless the query names one. */
  report(path: string, query?: Record<string, string>): Promise<Answer>;
  /** Creates a link and gives its object id; throws what went wrong. */
  link(fields?: Record<string, unknown>): Promise<string>;
}

export interface ClientOptions extends Partial<Surroundings> {
  readonly account?: Account;
  readonly scopes?: readonly Scope[];
  readonly env?: Cloudflare.Env;
}

export const DEFAULT_RULES = [{ targetUrl: "https://example.com", isDefault: true }];

/** Makes a client with a token of a new account, on the page's clock, unless told otherwise. */
export async function newRevolinkClient(options: ClientOptions = {}): Promise<RevolinkClient> {
  const { account = await newAccount(), scopes = [], clock = () => PAGE_TIME, fetch } = options;
  const app = revolinkAppIn({ clock, ...(fetch !== undefined && { fetch }) });
  const key = await account.token(...scopes);
  const workspaceId = objectIdOf(account.workspace.uuid);

  const send: RevolinkClient["send"] = async (path, init = {}) => {
    const headers = new Headers(init.headers);
    if (!headers.has("Authorization")) headers.set("X-Api-Key", key);
    const ctx = createExecutionContext();
    const request = new Request(new URL(path, ORIGIN), { ...init, headers });
    const response = await app.fetch(request, options.env ?? env, ctx);
    await waitOnExecutionContext(ctx);
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  const call: RevolinkClient["call"] = (method, path, fields = {}) =>
    send(path, {
      method,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ workspaceId, ...fields }),
    });
  return {
    account,
    workspaceId,
    send,
    call,
    report: (path, query = {}) =>
      send(`${path}?${new URLSearchParams({ workspaceId, ...query }).toString()}`),
    async link(fields = {}) {
      const { status, body } = await call("POST", "/apiv1/link/create", {
        name: "A link",
        rules: DEFAULT_RULES,
        ...fields,
      });
      if (status !== 200) throw new Error(JSON.stringify(body));
      return String(body["id"]);
    },
  };
}

/** Reads a link's row from D1 by its object id; throws when there is none. */
export async function rowOf(objectId: string): Promise<Record<string, unknown>> {
  const row = await env.DB.prepare("select * from links where replace(uuid, '-', '') like ?")
    .bind(`${objectId}%`)
    .first();
  if (row === null) throw new Error("There is no such link.");
  return row;
}

/** Reads a link's rules as they are stored; none for a link that has its default alone. */
export async function storedRules(objectId: string): Promise<Rule[]> {
  const { rules } = await rowOf(objectId);
  return typeof rules === "string" ? (JSON.parse(rules) as Rule[]) : [];
}

/** Counts a workspace's links. */
export async function countLinks({ workspace }: Account): Promise<number> {
  const row = await env.DB.prepare("select count(*) as n from links where workspace_id = ?")
    .bind(workspace.id)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

/** Makes a tag and gives its object id. */
export async function newTag({ workspace }: Account, name: string): Promise<string> {
  const uuid = crypto.randomUUID();
  await env.DB.prepare(
    "insert into tags (uuid, workspace_id, name, created_at_ms) values (?, ?, ?, 0)",
  )
    .bind(uuid, workspace.id, name)
    .run();
  return objectIdOf(uuid);
}
