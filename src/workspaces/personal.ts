import { eq, sql } from "drizzle-orm";

import type { Plan } from "../config.ts";
import { batchAround } from "../db/batch.ts";
import type { Database } from "../db/database.ts";
import { members, workspaces } from "../db/schema/index.ts";

/** Returns the plan of a person's personal workspace, which decides what the person may have. */
export async function planOfPerson(db: Database, userId: string): Promise<Plan> {
  const [own] = await db
    .select({ plan: workspaces.plan })
    .from(workspaces)
    .where(eq(workspaces.personalOf, userId));
  // A sign-up that was interrupted: the next sign-in creates the workspace.
  return own?.plan ?? "free";
}

/**
 * Creates a person's personal workspace, with them as its owner, if it is missing.
 *
 * Idempotent and one transaction: two requests that repair the same sign-up create one workspace.
 */
export async function ensurePersonalWorkspace(
  db: Database,
  userId: string,
  { plan, nowMs }: { readonly plan: Plan; readonly nowMs: number },
): Promise<void> {
  const owner = db
    .select({
      workspaceId: workspaces.id,
      userId: sql<string>`${userId}`.as("user_id"),
      role: sql<"owner">`'owner'`.as("role"),
      createdAtMs: sql<number>`${nowMs}`.as("created_at_ms"),
    })
    .from(workspaces)
    .where(eq(workspaces.personalOf, userId));
  // Raw SQL, because drizzle's insert from a select must name every column, even those with
  // defaults.
  const workspace = db.run(sql`
    insert into workspaces (uuid, name, plan, personal_of, created_at_ms)
    select ${crypto.randomUUID()}, name || '''s workspace', ${plan}, id, ${nowMs}
    from users where id = ${userId}
    on conflict (personal_of) do nothing`);
  const membership = db.insert(members).select(owner).onConflictDoNothing();
  await batchAround(db, [], [workspace, membership]);
}
