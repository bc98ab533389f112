import { Hono } from "hono";

import type { Role, Workspace } from "../../accounts/access.ts";
import { databaseOf } from "../../db/database.ts";
import { objectIdOf } from "../../platform/uuid.ts";
import { membershipsOf } from "../../workspaces/memberships.ts";
import type { NativeEnvironment } from "./environment.ts";
import { requires } from "./guard.ts";

export const workspaces = new Hono<NativeEnvironment>().get("/", requires(), async (c) => {
  const memberships = await membershipsOf(databaseOf(c.env.DB), c.get("access").userId);
  return c.json(memberships.map(({ workspace, role }) => wireWorkspace(workspace, role)));
});

/** A workspace as the native API shows it to one of its members. */
export function wireWorkspace({ uuid, name, plan }: Workspace, role: Role) {
  return { id: uuid, objectId: objectIdOf(uuid), name, plan, role };
}
