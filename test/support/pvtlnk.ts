/** Calls the PVTLNK API as one person, on a clock of the test's own. */

import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";

import type { Scope } from "../../src/access/access.ts";
import { pvtlnkAppIn } from "../../src/api/pvtlnk/app.ts";
import type { ClickBatch } from "../../src/ledger/contract.ts";
import { ledgerFor } from "../../src/ledger/stub.ts";
import type { Clock } from "../../src/platform/clock.ts";
import { type Account, newAccount } from "./account.ts";
import { ORIGIN } from "./api.ts";

/** The day on which PVTLNK's page was written. */
export const PAGE_TIME = Date.parse("2026-03-12T00:00:00Z");

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Empty for a body that is no JSON. */
  readonly body: Record<string, unknown>;
  readonly text: string;
}

export type PvtlnkLink = Record<string, unknown> & {
  readonly id: number;
  readonly short_code: string;
};

export interface PvtlnkClient {
  readonly account: Account;
  /** Sends a request as it is, with the token; waits for all that runs under `waitUntil`. */
  send(path: string, init?: RequestInit): Promise<Answer>;
  /** Sends a JSON body where one is given; paths go on after `/api/v1`. */
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Creates a link and gives its object; throws what went wrong. */
  link(fields?: Record<string, unknown>, password?: string): Promise<PvtlnkLink>;
  /** Counts clicks in the workspace's Ledger. */
  ingest(...batches: ClickBatch[]): Promise<void>;
}

export interface ClientOptions {
  readonly account?: Account;
  readonly scopes?: readonly Scope[];
  readonly clock?: Clock;
  readonly env?: Cloudflare.Env;
}

/** Makes a client with a token of a new account, on the page's clock, unless told otherwise. */
export async function newPvtlnkClient(options: ClientOptions = {}): Promise<PvtlnkClient> {
  const { account = await newAccount(), scopes = [], clock = () => PAGE_TIME } = options;
  const app = pvtlnkAppIn({ clock });
  const token = await account.token(...scopes);

  const send: PvtlnkClient["send"] = async (path, init = {}) => {
    const headers = new Headers(init.headers);
    if (!headers.has("Authorization")) headers.set("Authorization", `Bearer ${token}`);
    const ctx = createExecutionContext();
    const request = new Request(new URL(path, ORIGIN), { ...init, headers });
    const response = await app.fetch(request, options.env ?? env, ctx);
    const text = await response.text();
    await waitOnExecutionContext(ctx);
    const isJson = response.headers.get("Content-Type")?.startsWith("application/json") === true;
    const body = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
    return { status: response.status, headers: response.headers, body, text };
  };
  const call: PvtlnkClient["call"] = (method, path, body) =>
    send(`/api/v1${path}`, {
      method,
      ...(body !== undefined && {
        body: typeof body === "string" ? body : JSON.stringify(body),
        headers: { "Content-Type": "application/json" },
      }),
    });
  return {
    account,
    send,
    call,
    async link(fields = {}, password) {
      const { status, body } = await call("POST", "/links", {
        link: { destination_url: "https://example.com", ...fields },
        password,
      });
      if (status !== 201) throw new Error(JSON.stringify(body));
      return body["link"] as PvtlnkLink;
    },
    async ingest(...batches) {
      await ledgerFor(env, account.workspace.ledger).ingest(batches);
    },
  };
}

/** Makes a collection in a workspace and gives its number. */
export async function newCollection({ workspace }: Account): Promise<number> {
  const row = await env.DB.prepare(
    "insert into collections (uuid, workspace_id, name, created_at_ms) values (?1, ?2, ?1, 0) returning id",
  )
    .bind(crypto.randomUUID(), workspace.id)
    .first<{ id: number }>();
  if (row === null) throw new Error("The collection was not inserted.");
  return row.id;
}
