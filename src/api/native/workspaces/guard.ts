import { createMiddleware } from "hono/factory";

import { type Role, ROLES } from "../../../access/access.ts";
import { databaseOf } from "../../../db/database.ts";
import { parseUuid } from "../../../platform/uuid.ts";
import { membershipIn } from "../../../workspaces/memberships.ts";
import type { NativeEnvironment } from "../environment.ts";
import { refuse } from "../errors.ts";

/**
 * Lets in who has this role, or one above it, in the workspace that the path names (`:id`); stands
 * after `requires` or `sessionOnly`. To everybody else the workspace does not exist.
 */
export function inWorkspace(role: Role) {
  return createMiddleware<NativeEnvironment>(async (c, next) => {
    const uuid = parseUuid(c.req.param("id") ?? "");
    const membership =
      uuid === null ? null : await membershipIn(databaseOf(c.env.DB), c.get("access").userId, uuid);
    if (membership === null) return refuse(c, { code: "workspace_unknown" });
    if (ROLES.indexOf(membership.role) < ROLES.indexOf(role)) {
      return refuse(c, { code: "role_too_low", atLeast: role });
    }
    c.set("membership", membership);
    await next();
    return undefined;
  });
}
