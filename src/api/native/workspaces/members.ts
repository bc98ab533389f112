/** The members of a workspace, managed by its owners through a browser session. */

import { databaseOf } from "../../../db/database.ts";
import { memberStore } from "../../../workspaces/members.ts";
import type { NativeContext } from "../environment.ts";
import { refuse } from "../errors.ts";
import { operation } from "../operation.ts";
import { uuidOf } from "../request.ts";
import { newRole } from "./contract.ts";
import { wireMember } from "./translate.ts";

export const memberOperations = {
  listMembers: operation({
    method: "GET",
    path: "/workspaces/:id/members",
    requires: { who: "session" },
    inWorkspace: "owner",
    answer: async (c) => c.json((await storeOf(c).list()).map(wireMember)),
  }),
  changeRole: operation({
    method: "PATCH",
    path: "/workspaces/:id/members/:memberId",
    requires: { who: "session" },
    inWorkspace: "owner",
    body: { schema: newRole },
    async answer(c, { body }) {
      const memberId = uuidOf(c, "memberId");
      const changed = await storeOf(c).changeRole(memberId, body.role);
      return changed.ok ? c.json(wireMember(changed.value)) : refuse(c, changed.error);
    },
  }),
  removeMember: operation({
    method: "DELETE",
    path: "/workspaces/:id/members/:memberId",
    requires: { who: "session" },
    inWorkspace: "member",
    async answer(c) {
      const memberId = uuidOf(c, "memberId");
      // Every member may leave; only an owner can remove others.
      if (c.get("membership").role !== "owner" && memberId !== c.get("access").userId) {
        return refuse(c, { reason: "role_too_low", atLeast: "owner" });
      }
      const removed = await storeOf(c).remove(memberId);
      return removed.ok ? c.json({ success: true, id: memberId }) : refuse(c, removed.error);
    },
  }),
};

function storeOf(c: NativeContext) {
  return memberStore(databaseOf(c.env.DB), c.get("membership").workspace.id);
}
