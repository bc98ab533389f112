import { eq } from "drizzle-orm";

import type { Database } from "../../db/database.ts";
import { variants } from "../../db/schema/index.ts";

export interface VariantTimes {
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** Reads when a link's variants were made and last changed, by their numbers. */
export async function variantTimesOf(
  db: Database,
  linkId: number,
): Promise<ReadonlyMap<number, VariantTimes>> {
  const rows = await db
    .select({
      id: variants.id,
      createdAtMs: variants.createdAtMs,
      updatedAtMs: variants.updatedAtMs,
    })
    .from(variants)
    .where(eq(variants.linkId, linkId));
  return new Map(rows.map(({ id, ...times }) => [id, times]));
}
