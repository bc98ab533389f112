/** The RevoLink API as one person calls it. */

import { env } from "cloudflare:workers";

import { labelKey } from "../../src/links/label-key.ts";
import type { Rule } from "../../src/links/rules/rule.ts";
import { objectIdOf } from "../../src/platform/uuid.ts";
import type { Account } from "./account.ts";
import { type Answer, type Client, type ClientOptions, newClient, PAGE_TIMES } from "./client.ts";

/** Before all dates that lie in the future on RevoLink's pages. */
export const PAGE_TIME = PAGE_TIMES.revolink;

export interface RevolinkClient extends Client {
  /** The object id of the account's own workspace. */
  readonly workspaceId: string;
  /** Sends fields as JSON, together with the `workspaceId` unless they name one. */
  call<Body = Record<string, unknown>>(
    method: string,
    path: string,
    fields?: Record<string, unknown>,
  ): Promise<Answer<Body>>;
  /** Asks for a report, with the `workspaceId` unless the query names one. */
  report(path: string, query?: Record<string, string>): Promise<Answer>;
  /** Creates a link and gives its object id; throws what went wrong. */
  link(fields?: Record<string, unknown>): Promise<string>;
}

export const DEFAULT_RULES = [{ targetUrl: "https://example.com", isDefault: true }];

/** Makes a client on the page's clock, unless told otherwise. */
export async function newRevolinkClient(options: ClientOptions = {}): Promise<RevolinkClient> {
  const client = await newClient({ dialect: "revolink", ...options });
  const workspaceId = objectIdOf(client.account.workspace.uuid);
  const call: RevolinkClient["call"] = (method, path, fields = {}) =>
    client.call(method, path, { workspaceId, ...fields });
  return {
    ...client,
    workspaceId,
    call,
    report: (path, query = {}) =>
      client.send(`${path}?${new URLSearchParams({ workspaceId, ...query }).toString()}`),
    async link(fields = {}) {
      const { status, body, text } = await call("POST", "/apiv1/link/create", {
        name: "A link",
        rules: DEFAULT_RULES,
        ...fields,
      });
      if (status !== 200) throw new Error(text);
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
    "insert into tags (uuid, workspace_id, name, name_key, created_at_ms) values (?, ?, ?, ?, 0)",
  )
    .bind(uuid, workspace.id, name, labelKey(name))
    .run();
  return objectIdOf(uuid);
}
