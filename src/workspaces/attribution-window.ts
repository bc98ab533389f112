import { eq } from "drizzle-orm";

import type { Database } from "../db/database.ts";
import { workspaces } from "../db/schema/index.ts";
import { ATTRIBUTION_DAYS } from "../ledger/conversions/contract.ts";

/** Gives how many days a workspace's conversions and reports look back. */
export async function attributionDaysOf(db: Database, workspaceId: number): Promise<number> {
  const [row] = await db
    .select({ days: workspaces.attributionDays })
    .from(workspaces)
    .where(eq(workspaces.id, workspaceId));
  return row?.days ?? ATTRIBUTION_DAYS;
}
