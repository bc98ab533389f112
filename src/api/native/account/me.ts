import { Hono } from "hono";

import { personOf } from "../../../accounts/people.ts";
import { databaseOf } from "../../../db/database.ts";
import type { NativeEnvironment } from "../environment.ts";
import { requires } from "../guard.ts";
import { wireWorkspace } from "../workspaces/translate.ts";

export const me = new Hono<NativeEnvironment>().get("/", requires({}), async (c) => {
  const { userId, workspace, role, scopes } = c.get("access");
  const person = await personOf(databaseOf(c.env.DB), userId);
  return c.json({ ...person, workspace: wireWorkspace(workspace, role), scopes: [...scopes] });
});
