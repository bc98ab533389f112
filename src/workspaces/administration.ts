/** What the operator changes across workspaces: the one place that is bound to none. */
import { eq } from "drizzle-orm";

import type { Workspace } from "../accounts/access.ts";
import type { Plan } from "../config.ts";
import type { Database } from "../db/database.ts";
import { workspaces } from "../db/schema/index.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { toWorkspace, workspaceColumns } from "./memberships.ts";

export type WorkspaceRefusal =
  | { readonly code: "workspace_unknown" }
  /** It goes with its person's account, not before. */
  | { readonly code: "workspace_personal" }
  /** This runtime cannot keep data in the EU. */
  | { readonly code: "jurisdiction_unavailable" };

/** Puts a workspace on a plan; what it already has beyond the new quotas stays. */
export async function changePlan(
  db: Database,
  uuid: string,
  plan: Plan,
): Promise<Result<Workspace, WorkspaceRefusal>> {
  const [row] = await db
    .update(workspaces)
    .set({ plan })
    .where(eq(workspaces.uuid, uuid))
    .returning(workspaceColumns);
  return row === undefined ? err({ code: "workspace_unknown" }) : ok(toWorkspace(row));
}
