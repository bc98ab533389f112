/** The members of a workspace, managed by its owners through a browser session. */

import { Hono } from "hono";

import { databaseOf } from "../../../db/database.ts";
import { memberStore } from "../../../workspaces/members.ts";
import type { NativeEnvironment, NativeContext } from "../environment.ts";
import { refuse, validate } from "../errors.ts";
import { requires } from "../guard.ts";
import { uuidOf } from "../request.ts";
import { newRole } from "./contract.ts";
import { inWorkspace } from "./guard.ts";
import { wireMember } from "./translate.ts";

export const members = new Hono<NativeEnvironment>()
  .get("/:id/members", requires({ who: "session" }), inWorkspace("owner"), async (c) =>
    c.json((await storeOf(c).list()).map(wireMember)),
  )
  .patch(
    "/:id/members/:memberId",
    requires({ who: "session" }),
    inWorkspace("owner"),
    validate.json(newRole),
    async (c) => {
      const memberId = uuidOf(c, "memberId");
      const changed = await storeOf(c).changeRole(memberId, c.req.valid("json").role);
      return changed.ok ? c.json(wireMember(changed.value)) : refuse(c, changed.error);
    },
  )
  .delete(
    "/:id/members/:memberId",
    requires({ who: "session" }),
    inWorkspace("member"),
    async (c) => {
      const memberId = uuidOf(c, "memberId");
      // Every member may leave; only an owner can remove others.
      if (c.get("membership").role !== "owner" && memberId !== c.get("access").userId) {
        return refuse(c, { reason: "role_too_low", atLeast: "owner" });
      }
      const removed = await storeOf(c).remove(memberId);
      return removed.ok ? c.json({ success: true, id: memberId }) : refuse(c, removed.error);
    },
  );

function storeOf(c: NativeContext) {
  return memberStore(databaseOf(c.env.DB), c.get("membership").workspace.id);
}
