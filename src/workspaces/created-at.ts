import { eq } from "drizzle-orm";

import type { Database } from "../db/database.ts";
import { workspaces } from "../db/schema/index.ts";

/** Gives when a workspace was made, in milliseconds: where its history begins. */
export async function workspaceCreatedAt(db: Database, workspaceId: number): Promise<number> {
  const [row] = await db
    .select({ createdAtMs: workspaces.createdAtMs })
    .from(workspaces)
    .where(eq(workspaces.id, workspaceId));
  return row?.createdAtMs ?? 0;
}
