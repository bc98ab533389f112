/** The PVTLNK API as one person calls it. */

import { env } from "cloudflare:workers";

import type { ClickBatch } from "../../src/ledger/contract.ts";
import { ledgerFor } from "../../src/ledger/stub.ts";
import type { Account } from "./account.ts";
import { type Client, type ClientOptions, newClient, PAGE_TIMES } from "./client.ts";

/** The day on which PVTLNK's page was written. */
export const PAGE_TIME = PAGE_TIMES.pvtlnk;

export type PvtlnkLink = Record<string, unknown> & {
  readonly id: number;
  readonly short_code: string;
};

export interface PvtlnkClient extends Client {
  /** Sends a JSON body where one is given; paths go on after `/api/v1`. */
  readonly call: Client["call"];
  /** Creates a link and gives its object; throws what went wrong. */
  link(fields?: Record<string, unknown>, password?: string): Promise<PvtlnkLink>;
  /** Counts clicks in the workspace's Ledger. */
  ingest(...batches: ClickBatch[]): Promise<void>;
}

/** Makes a client on the page's clock, unless told otherwise. */
export async function newPvtlnkClient(options: ClientOptions = {}): Promise<PvtlnkClient> {
  const client = await newClient({ dialect: "pvtlnk", ...options });
  const call: Client["call"] = (method, path, ...rest) =>
    client.call(method, `/api/v1${path}`, ...rest);
  return {
    ...client,
    call,
    async link(fields = {}, password) {
      const { status, body, text } = await call<{ link: PvtlnkLink }>("POST", "/links", {
        link: { destination_url: "https://example.com", ...fields },
        password,
      });
      if (status !== 201) throw new Error(text);
      return body.link;
    },
    async ingest(...batches) {
      await ledgerFor(env, client.account.workspace.ledger).ingest(batches);
    },
  };
}

/** Makes a collection in a workspace and gives its number. */
export async function newCollection({ workspace }: Account): Promise<number> {
  const row = await env.DB.prepare(
    "insert into collections (uuid, workspace_id, name, name_key, created_at_ms) values (?1, ?2, ?1, ?1, 0) returning id",
  )
    .bind(crypto.randomUUID(), workspace.id)
    .first<{ id: number }>();
  if (row === null) throw new Error("The collection was not inserted.");
  return row.id;
}
