/**
 * Addresses that a link leaves when it is deleted or renamed. The statements run before the link
 * itself is changed, in the same batch, and read the address from the row as it is at that moment.
 */

import { type SQL, sql } from "drizzle-orm";

import type { Statement } from "../db/batch.ts";
import type { Database } from "../db/database.ts";
import { DAY_MS } from "../platform/clock.ts";
import { DEFAULT_DOMAIN, type LinkAddress } from "./route/address.ts";

/** How long a code is held after its link is gone, because printed codes outlive their links. */
const CODE_HELD_MS = 90 * DAY_MS;

/**
 * Matches a link's row in a statement about `links` alone; with `unchanged`, only at its version.
 */
export function rowOf(
  link: { readonly id: number; readonly version: number },
  workspaceId: number,
  unchanged: boolean,
): SQL {
  const row = sql`id = ${link.id} and workspace_id = ${workspaceId}`;
  return unchanged ? sql`${row} and version = ${link.version}` : row;
}

/**
 * Leaves a tombstone of an address until KV is known to be clean, and holds its code. A parked link
 * has no address to leave.
 */
export function leaveAddress(db: Database, guard: SQL, nowMs: number): Statement[] {
  return [
    db.run(sql`
      insert into route_tombstones (domain, code, created_at_ms)
      select domain, code, ${nowMs} from links where ${guard} and domain is not null
      on conflict (domain, code) do update
      set created_at_ms = excluded.created_at_ms, swept_at_ms = null`),
    // A custom domain belongs to one workspace anyway, so only codes on the shared hosts are held.
    db.run(sql`
      insert into reserved_codes (domain, code, workspace_id, until_ms)
      select domain, code, workspace_id, ${nowMs + CODE_HELD_MS} from links
      where ${guard} and domain = ${DEFAULT_DOMAIN}
      on conflict (domain, code) do update
      set workspace_id = excluded.workspace_id, until_ms = excluded.until_ms`),
  ];
}

type AddressInSql = Readonly<Record<keyof LinkAddress, string | SQL>>;

/** True in SQL if a link of the workspace has an address. */
export function isOwn({ domain, code }: AddressInSql, workspaceId: number): SQL {
  return sql`exists (
    select 1 from links as mine where mine.domain = ${domain} and mine.code = ${code}
      and mine.workspace_id = ${workspaceId}
  )`;
}

/** True in SQL if no link has an address and no other workspace has a claim to it. */
export function isFree(address: AddressInSql, workspaceId: number, nowMs: number): SQL {
  const { domain, code } = address;
  return sql`not exists (select 1 from links as other where other.domain = ${domain} and other.code = ${code})
    and not exists (
      select 1 from reserved_codes as held
      where held.domain = ${domain} and held.code = ${code}
        and held.workspace_id <> ${workspaceId} and held.until_ms > ${nowMs}
    )`;
}
