import { eq, sql } from "drizzle-orm";

import type { Plan } from "../config.ts";
import type { Database } from "../db/database.ts";
import { members, users, workspaces } from "../db/schema/index.ts";

/**
 * Makes a person's own workspace, with them as its owner, where it is missing.
 *
 * Idempotent and one transaction: two requests that heal the same sign-up make one workspace.
 */
export async function ensurePersonalWorkspace(
  db: Database,
  userId: string,
  { plan, nowMs }: { readonly plan: Plan; readonly nowMs: number },
): Promise<void> {
  const workspace = db
    .select({
      id: sql<number>`null`.as("id"),
      uuid: sql<string>`${crypto.randomUUID()}`.as("uuid"),
      name: sql<string>`${users.name} || '''s workspace'`.as("name"),
      plan: sql<Plan>`${plan}`.as("plan"),
      jurisdiction: sql<null>`null`.as("jurisdiction"),
      personalOf: users.id,
      createdAtMs: sql<number>`${nowMs}`.as("created_at_ms"),
    })
    .from(users)
    .where(eq(users.id, userId));
  const owner = db
    .select({
      workspaceId: workspaces.id,
      userId: sql<string>`${userId}`.as("user_id"),
      role: sql<"owner">`'owner'`.as("role"),
      createdAtMs: sql<number>`${nowMs}`.as("created_at_ms"),
    })
    .from(workspaces)
    .where(eq(workspaces.personalOf, userId));
  await db.batch([
    db.insert(workspaces).select(workspace).onConflictDoNothing(),
    db.insert(members).select(owner).onConflictDoNothing(),
  ]);
}
