/** Adding members to a workspace, and single-use invitation links for people without an account. */

import { Hono } from "hono";

import { personOf } from "../../../accounts/people.ts";
import { configOf } from "../../../config.ts";
import { databaseOf } from "../../../db/database.ts";
import { acceptInvitation } from "../../../workspaces/accept-invitation.ts";
import { invitationStore } from "../../../workspaces/invitations.ts";
import { nowOf } from "../../shared/dialect.ts";
import type { NativeEnvironment, NativeContext } from "../environment.ts";
import { refuse, validate } from "../errors.ts";
import { requires } from "../guard.ts";
import { uuidOf } from "../request.ts";
import { newMember } from "./contract.ts";
import { inWorkspace } from "./guard.ts";
import { wireInvitation, wireMember, wireWorkspace } from "./translate.ts";

export const workspaceInvitations = new Hono<NativeEnvironment>()
  .post(
    "/:id/members",
    requires({ who: "session" }),
    inWorkspace("owner"),
    validate.json(newMember),
    async (c) => {
      const added = await storeOf(c).add(c.req.valid("json"), nowOf(c));
      if (!added.ok) return refuse(c, added.error);
      if (added.value.kind === "member") return c.json(wireMember(added.value.member), 201);
      const { invitation, secret } = added.value;
      const url = new URL(`/app/invitations/${secret}`, configOf(c.env).publicUrl).href;
      return c.json({ invitation: { ...wireInvitation(invitation), url } }, 201);
    },
  )
  .get("/:id/invitations", requires({ who: "session" }), inWorkspace("owner"), async (c) =>
    c.json((await storeOf(c).list(nowOf(c))).map(wireInvitation)),
  )
  .delete(
    "/:id/invitations/:invitationId",
    requires({ who: "session" }),
    inWorkspace("owner"),
    async (c) => {
      const id = uuidOf(c, "invitationId");
      const withdrawn = await storeOf(c).withdraw(id);
      return withdrawn.ok ? c.json({ success: true, id }) : refuse(c, withdrawn.error);
    },
  );

export const invitations = new Hono<NativeEnvironment>().post(
  "/:secret/accept",
  requires({ who: "session" }),
  async (c) => {
    const db = databaseOf(c.env.DB);
    const { id: userId, email } = await personOf(db, c.get("access").userId);
    const secret = c.req.param("secret");
    const accepted = await acceptInvitation(db, { userId, email }, secret, nowOf(c));
    if (!accepted.ok) return refuse(c, accepted.error);
    return c.json(wireWorkspace(accepted.value.workspace, accepted.value.role));
  },
);

function storeOf(c: NativeContext) {
  return invitationStore(databaseOf(c.env.DB), c.get("membership").workspace);
}
