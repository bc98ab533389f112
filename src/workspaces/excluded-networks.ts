/**
 * The networks whose clicks a workspace does not count, such as its own office. Only keyed hashes of
 * them are kept. They are part of every route record of the workspace, so that the redirect asks for
 * nothing more, and compares before a click leaves the isolate (`redirect/pack.ts`).
 */

import { sql } from "drizzle-orm";

import type { WorkspaceContext } from "../access/context.ts";
import { batchAround, type Alongside } from "../db/batch.ts";
import { type Database, databaseOf } from "../db/database.ts";
import { republishLinks } from "../links/republish-links.ts";
import { visitorHash } from "../platform/keyed-hash.ts";
import { networkOf } from "../platform/network.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { secretOf } from "../platform/secrets.ts";
import { addressIn } from "../platform/written-address.ts";

export interface ExcludedNetwork {
  readonly id: number;
  readonly uuid: string;
  readonly bits: number;
  readonly note: string | null;
  readonly createdAtMs: number;
}

/** More would make every route record of the workspace larger. */
export const NETWORKS_MAX = 20;

/** A network is an address or larger, and never most of the internet. An IPv6 address is its /64. */
const BITS = { v4: { min: 8, max: 32 }, v6: { min: 32, max: 64 } } as const;

export interface NetworkNotFound {
  readonly reason: "network_not_found";
}

export type NetworkRefusal =
  /** Neither an address nor one with the length of a prefix that is taken. */
  | { readonly reason: "network_malformed" }
  | { readonly reason: "network_known" }
  | { readonly reason: "networks_full"; readonly max: number }
  | NetworkNotFound;

const COLUMNS = sql`id, uuid, bits, note, created_at_ms as "createdAtMs"`;

/** Reads the excluded networks of one workspace. */
export function excludedNetworkStore(db: Database, workspaceId: number) {
  return {
    /** The oldest first. */
    list: () =>
      db.all<ExcludedNetwork>(sql`
        select ${COLUMNS} from excluded_networks where workspace_id = ${workspaceId} order by id`),

    findByIds: (ids: readonly number[]) =>
      db.all<ExcludedNetwork>(sql`
        select ${COLUMNS} from excluded_networks where workspace_id = ${workspaceId}
          and id in (select value from json_each(${JSON.stringify(ids)}))`),
  };
}

/** Excludes an address, or a network in the form `203.0.113.0/24`. */
export async function excludeNetwork(
  { env, workspace, nowMs }: WorkspaceContext,
  { network: text, note }: { readonly network: string; readonly note: string | null },
  alongside?: Alongside,
): Promise<Result<ExcludedNetwork, NetworkRefusal>> {
  const parsed = parseNetwork(text);
  if (parsed === null) return err({ reason: "network_malformed" });
  const { network, bits } = parsed;
  const hashOf = await visitorHash(await secretOf(env, "AUTH_SECRET"), workspace.ledger);
  const hash = hashOf("network", network);
  const db = databaseOf(env.DB);
  const uuid = crypto.randomUUID();
  const isKnown = sql`exists (select 1 from excluded_networks
    where workspace_id = ${workspace.id} and bits = ${bits} and hash = ${hash})`;
  const count = sql`(select count(*) from excluded_networks where workspace_id = ${workspace.id})`;
  const isNew = sql`${count} < ${NETWORKS_MAX} and not ${isKnown}`;
  const [[known], [excluded]] = await batchAround(
    db,
    [],
    [
      db.all<{ known: 0 | 1 }>(sql`select ${isKnown} as known`),
      db.all<ExcludedNetwork>(sql`
        insert into excluded_networks (uuid, workspace_id, hash, bits, note, created_at_ms)
        select ${uuid}, ${workspace.id}, ${hash}, ${bits}, ${note}, ${nowMs} where ${isNew}
        returning ${COLUMNS}`),
    ],
    [
      republishLinks(
        db,
        workspace.id,
        sql`exists (select 1 from excluded_networks where uuid = ${uuid})`,
      ),
      ...(alongside?.([uuid]) ?? []),
    ],
  );
  if (excluded !== undefined) return ok(excluded);
  return err(
    known?.known === 1
      ? { reason: "network_known" }
      : { reason: "networks_full", max: NETWORKS_MAX },
  );
}

/** Counts the clicks of a network again. */
export async function includeNetwork(
  { env, workspace }: WorkspaceContext,
  uuid: string,
): Promise<Result<null, NetworkNotFound>> {
  const db = databaseOf(env.DB);
  const isNetwork = sql`workspace_id = ${workspace.id} and uuid = ${uuid}`;
  const guard = sql`exists (select 1 from excluded_networks where ${isNetwork})`;
  const [deleted] = await batchAround(
    db,
    [republishLinks(db, workspace.id, guard)],
    [db.all(sql`delete from excluded_networks where ${isNetwork} returning id`)],
  );
  return deleted.length > 0 ? ok(null) : err({ reason: "network_not_found" });
}

/** Reads a network in its canonical form; null for any other text. */
function parseNetwork(text: string): { readonly network: string; readonly bits: number } | null {
  const [, written = "", prefix] = /^\s*([^/]*?)\s*(?:\/\s*(\d{1,3}))?\s*$/.exec(text) ?? [];
  const address = addressIn(written);
  if (address === null) return null;
  const { min, max } = address.includes(":") ? BITS.v6 : BITS.v4;
  const longest = address.includes(":") ? 128 : 32;
  const asked = prefix === undefined ? longest : Number(prefix);
  if (asked < min || asked > longest) return null;
  const bits = Math.min(asked, max);
  const network = networkOf(address, bits);
  return network === null ? null : { network, bits };
}
