import { createMiddleware } from "hono/factory";

import type { Role } from "../../../access/access.ts";
import { databaseOf } from "../../../db/database.ts";
import { parseUuid } from "../../../platform/uuid.ts";
import { membershipIn } from "../../../workspaces/memberships.ts";
import { roleRefusal } from "../../shared/guard.ts";
import type { NativeEnvironment } from "../environment.ts";
import { refuse } from "../errors.ts";

/**
 * Requires this role or a higher one in the workspace that the path names (`:id`); runs after
 * `requires`. For callers who are not members, the workspace does not exist.
 */
export function inWorkspace(role: Role) {
  return createMiddleware<NativeEnvironment>(async (c, next) => {
    const uuid = parseUuid(c.req.param("id") ?? "");
    const { userId, workspace, workspaceOnly } = c.get("access");
    const isUnknown = uuid === null || (workspaceOnly && uuid !== workspace.uuid);
    const membership = isUnknown ? null : await membershipIn(databaseOf(c.env.DB), userId, uuid);
    if (membership === null) return refuse(c, { reason: "workspace_not_found" });
    const refusal = roleRefusal(membership.role, role);
    if (refusal !== null) return refuse(c, refusal);
    c.set("membership", membership);
    await next();
    return undefined;
  });
}
