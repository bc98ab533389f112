import { sql } from "drizzle-orm";

import type { Workspace } from "../access/access.ts";
import type { Plan } from "../config.ts";
import { batchAround, type Alongside } from "../db/batch.ts";
import { databaseOf } from "../db/database.ts";
import { members, workspaces } from "../db/schema/index.ts";
import type { Jurisdiction } from "../ledger/ledger-id.ts";
import { err, ok, type Result } from "../platform/result.ts";
import type { WorkspaceRefusal } from "./errors.ts";
import { toWorkspace, workspaceColumns } from "./memberships.ts";

export interface NewWorkspace {
  readonly name: string;
  readonly plan: Plan;
  /** Where its Ledger is stored, which never changes; null means anywhere. */
  readonly jurisdiction: Jurisdiction | null;
}

/** Creates a workspace with one owner. */
export async function createWorkspace(
  env: Pick<Cloudflare.Env, "DB" | "LEDGER">,
  given: NewWorkspace,
  { ownerId, nowMs }: { readonly ownerId: string; readonly nowMs: number },
  alongside?: Alongside,
): Promise<Result<Workspace, WorkspaceRefusal>> {
  if (!canKeepIn(env, given.jurisdiction)) return err({ reason: "jurisdiction_unavailable" });
  const db = databaseOf(env.DB);
  const uuid = crypto.randomUUID();
  const owner = db
    .select({
      workspaceId: workspaces.id,
      userId: sql<string>`${ownerId}`.as("user_id"),
      role: sql<"owner">`'owner'`.as("role"),
      createdAtMs: sql<number>`${nowMs}`.as("created_at_ms"),
    })
    .from(workspaces)
    .where(sql`${workspaces.uuid} = ${uuid}`);
  const [[row]] = await batchAround(
    db,
    [],
    [
      db
        .insert(workspaces)
        .values({ ...given, uuid, createdAtMs: nowMs })
        .returning(workspaceColumns),
      db.insert(members).select(owner),
    ],
    alongside?.([uuid]),
  );
  if (row === undefined) throw new Error("D1 did not return the workspace it inserted.");
  return ok(toWorkspace(row));
}

/**
 * Whether the runtime supports a jurisdiction. The local runtime supports none, and throws only
 * once it is asked for one.
 */
function canKeepIn(
  env: Pick<Cloudflare.Env, "LEDGER">,
  jurisdiction: Jurisdiction | null,
): boolean {
  if (jurisdiction === null) return true;
  try {
    env.LEDGER.jurisdiction(jurisdiction);
    return true;
  } catch {
    return false;
  }
}
