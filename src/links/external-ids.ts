/** External ids: the clients' own ids of their links, each of one link of its workspace. */

import { type SQL, sql } from "drizzle-orm";

import type { Database } from "../db/database.ts";

/** Selects those external ids of rows that other links of the workspace have. */
export function selectHeldExternalIds(
  db: Database,
  workspaceId: number,
  rows: readonly { readonly uuid: string; readonly externalId?: string | null | undefined }[],
) {
  const wanted = rows.flatMap(({ uuid, externalId = null }) =>
    externalId === null ? [] : [[uuid, externalId]],
  );
  return db.all<{ externalId: string }>(sql`
    select held.external_id as "externalId" from json_each(${JSON.stringify(wanted)}) as wanted
    cross join links as held on held.external_id = wanted.value->>1
    where held.workspace_id = ${workspaceId} and held.uuid <> wanted.value->>0`);
}

/** True in SQL if no other link of the workspace has an external id. */
export function isFreeExternalId(externalId: string, linkId: number, workspaceId: number): SQL {
  return sql`not exists (
    select 1 from links as other where other.external_id = ${externalId}
      and other.workspace_id = ${workspaceId} and other.id <> ${linkId}
  )`;
}
