/** Workspaces: reading them, and what their managers and owners can change in a browser session. */

import { configOf } from "../../../config.ts";
import { databaseOf } from "../../../db/database.ts";
import { workspaces as workspaceTable } from "../../../db/schema/index.ts";
import { deleteWorkspace } from "../../../workspaces/close-workspace.ts";
import { createWorkspace } from "../../../workspaces/create-workspace.ts";
import { membershipsOf } from "../../../workspaces/memberships.ts";
import { changeSettings, readSettings } from "../../../workspaces/settings.ts";
import { nowOf, announceLiveBy } from "../../shared/dialect.ts";
import { runOnce } from "../../shared/idempotency.ts";
import { onceRequestOf } from "../../shared/once-request.ts";
import { refuse } from "../errors.ts";
import { operation } from "../operation.ts";
import { newWorkspace, workspaceChanges } from "./contract.ts";
import { wireSettings, wireWorkspace, wireWorkspaceFor } from "./translate.ts";

export const workspaceOperations = {
  listWorkspaces: operation({
    method: "GET",
    path: "/workspaces",
    requires: {},
    async answer(c) {
      const { userId, workspace: home, workspaceOnly, via } = c.get("access");
      const opened = workspaceOnly ? [home.id] : undefined;
      const memberships = await membershipsOf(databaseOf(c.env.DB), userId, opened);
      return c.json(
        memberships.map(({ workspace, role }) => wireWorkspaceFor(via, workspace, role)),
      );
    },
  }),
  createWorkspace: operation({
    method: "POST",
    path: "/workspaces",
    requires: { who: "session" },
    body: { schema: newWorkspace },
    async answer(c, { body }) {
      const db = databaseOf(c.env.DB);
      const { userId } = c.get("access");
      const { defaultPlan } = configOf(c.env);
      const once = onceRequestOf(c, "POST /api/workspaces");
      const created = await runOnce(
        { ...once, db, body },
        {
          table: workspaceTable,
          change: (alongside) =>
            createWorkspace(
              c.env,
              { name: body.name, defaultPlan, jurisdiction: body.jurisdiction ?? null },
              { ownerId: userId, nowMs: once.nowMs },
              alongside,
            ),
          rebuild: async (ids) => (await membershipsOf(db, userId, ids))[0]?.workspace ?? null,
        },
      );
      if (!created.ok) return refuse(c, created.error);
      if (created.value.replayed) c.header("Idempotent-Replayed", "true");
      return c.json(wireWorkspace(created.value.value, "owner"), 201);
    },
  }),
  getWorkspace: operation({
    method: "GET",
    path: "/workspaces/:id",
    requires: {},
    inWorkspace: "member",
    async answer(c) {
      const { workspace, role } = c.get("membership");
      const read = await readSettings(databaseOf(c.env.DB), workspace.id);
      return read.ok
        ? c.json(wireSettings(read.value, role, c.get("access").via))
        : refuse(c, read.error);
    },
  }),
  updateWorkspace: operation({
    method: "PATCH",
    path: "/workspaces/:id",
    requires: { who: "session" },
    inWorkspace: "manager",
    body: { schema: workspaceChanges },
    async answer(c, { body }) {
      const { workspace, role } = c.get("membership");
      const changed = await changeSettings({ env: c.env, workspace }, body);
      return changed.ok
        ? c.json(wireSettings(changed.value, role, "session"))
        : refuse(c, changed.error);
    },
  }),
  deleteWorkspace: operation({
    method: "DELETE",
    path: "/workspaces/:id",
    requires: { who: "session" },
    inWorkspace: "owner",
    async answer(c) {
      const { workspace } = c.get("membership");
      const deleted = await deleteWorkspace({ env: c.env, workspace, nowMs: nowOf(c) });
      if (!deleted.ok) return refuse(c, deleted.error);
      announceLiveBy(c);
      return c.json({ success: true, id: workspace.uuid });
    },
  }),
};
