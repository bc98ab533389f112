/**
 * Reads and writes the variants of links. A variant is identified by its public id: if a change
 * names it again, it keeps its row and thereby its integer id; otherwise it is removed, and its
 * clicks stay in the Ledger.
 */

import { eq, type SQL, sql } from "drizzle-orm";

import type { Statement } from "../../db/batch.ts";
import type { Database } from "../../db/database.ts";
import { jsonSlices } from "../../db/json-slices.ts";
import { variants as variantTable } from "../../db/schema/index.ts";
import type { Variant } from "./variant.ts";

export interface LinkVariants {
  /** The link's UUID. */
  readonly uuid: string;
  readonly variants: readonly Variant[];
}

/**
 * Adds variants to links, or changes existing ones. A link that does not exist, or for which
 * `guard` (a condition on `links`) does not hold, gets none.
 */
export function putVariants(
  db: Database,
  workspaceId: number,
  sets: readonly LinkVariants[],
  nowMs: number,
  guard: SQL = sql`true`,
): Statement[] {
  const rows = sets.flatMap(({ uuid, variants }) =>
    variants.map(({ id, name, url, weight, active }) => [uuid, id, name, url, weight, active]),
  );
  // SQLite runs cross joins in the order written, so variants get their integer ids in list order.
  return jsonSlices(rows).map((json) =>
    db.run(sql`
      insert into variants (link_id, public_id, name, url, weight, is_active, created_at_ms, updated_at_ms)
      select link.id, item.value->>1, item.value->>2, item.value->>3, item.value->>4,
        item.value->>5, ${nowMs}, ${nowMs}
      from json_each(${json}) as item
      cross join links as link on link.uuid = item.value->>0 and +link.workspace_id = ${workspaceId}
        and link.id in (select id from links where links.id = link.id and ${guard})
      where true on conflict (link_id, public_id) do update
      set name = excluded.name, url = excluded.url, weight = excluded.weight,
        is_active = excluded.is_active, updated_at_ms = excluded.updated_at_ms
      where (name, url, weight, is_active)
        is not (excluded.name, excluded.url, excluded.weight, excluded.is_active)`),
  );
}

/** Replaces the variants of one link, if `guard` (a condition on `links`) holds for it. */
export function replaceVariants(
  db: Database,
  workspaceId: number,
  { uuid, variants }: LinkVariants,
  nowMs: number,
  guard: SQL,
): Statement[] {
  const kept = JSON.stringify(variants.map(({ id }) => id));
  return [
    db.run(sql`
      delete from variants where link_id in (select id from links where ${guard})
        and public_id not in (select value from json_each(${kept}))`),
    ...putVariants(db, workspaceId, [{ uuid, variants }], nowMs, guard),
  ];
}

export interface VariantTimes {
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** Reads when a link's variants were created and last changed, by their integer ids. */
export async function loadVariantTimes(
  db: Database,
  linkId: number,
): Promise<ReadonlyMap<number, VariantTimes>> {
  const rows = await db
    .select({
      id: variantTable.id,
      createdAtMs: variantTable.createdAtMs,
      updatedAtMs: variantTable.updatedAtMs,
    })
    .from(variantTable)
    .where(eq(variantTable.linkId, linkId));
  return new Map(rows.map(({ id, ...times }) => [id, times]));
}
