/**
 * What the operator changes across workspaces: the only code that is not bound to one workspace.
 */

import { eq } from "drizzle-orm";

import type { Workspace } from "../access/access.ts";
import type { Plan } from "../config.ts";
import { batchAround } from "../db/batch.ts";
import { databaseOf } from "../db/database.ts";
import { workspaces } from "../db/schema/index.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { queueSoon } from "../webhooks/outbox.ts";
import type { WorkspaceRefusal } from "./errors.ts";
import { toWorkspace, workspaceColumns } from "./memberships.ts";
import { planEventsStatement } from "./plan-events.ts";

/** Moves a workspace to a plan; what it already has beyond the new quotas stays. */
export async function changePlan(
  env: Cloudflare.Env,
  uuid: string,
  plan: Plan,
  nowMs: number,
): Promise<Result<Workspace, WorkspaceRefusal>> {
  const db = databaseOf(env.DB);
  const changed = db
    .update(workspaces)
    .set({ plan })
    .where(eq(workspaces.uuid, uuid))
    .returning(workspaceColumns);
  const [refs, [row]] = await batchAround(
    db,
    [],
    [planEventsStatement(db, uuid, plan, nowMs), changed],
  );
  queueSoon(env, refs);
  return row === undefined ? err({ reason: "workspace_not_found" }) : ok(toWorkspace(row));
}
