/**
 * Invitations: made by the owners of a workspace, and accepted or declined by the people invited.
 * Nobody is added to a workspace without accepting.
 */

import { personOf } from "../../../accounts/people.ts";
import { configOf } from "../../../config.ts";
import { databaseOf } from "../../../db/database.ts";
import { parseUuid } from "../../../platform/uuid.ts";
import { INVITATION_PATH } from "../../../prefixes.ts";
import { acceptInvitation } from "../../../workspaces/accept-invitation.ts";
import { invitationStore } from "../../../workspaces/invitations.ts";
import { declineInvitation, listInvitationsTo } from "../../../workspaces/my-invitations.ts";
import { nowOf } from "../../shared/dialect.ts";
import type { NativeContext } from "../environment.ts";
import { refuse } from "../errors.ts";
import { operation } from "../operation.ts";
import { uuidOf } from "../request.ts";
import { newMember } from "./contract.ts";
import { wireInvitation, wireMyInvitation, wireWorkspace } from "./translate.ts";

export const invitationOperations = {
  inviteMember: operation({
    method: "POST",
    path: "/workspaces/:id/members",
    requires: { who: "session" },
    inWorkspace: "owner",
    body: { schema: newMember },
    async answer(c, { body }) {
      const invitedBy = c.get("access").userId;
      const invited = await storeOf(c).invite({ ...body, invitedBy }, nowOf(c));
      if (!invited.ok) return refuse(c, invited.error);
      const { invitation, secret } = invited.value;
      const url = new URL(INVITATION_PATH + secret, configOf(c.env).publicUrl).href;
      return c.json({ invitation: { ...wireInvitation(invitation), url } }, 201);
    },
  }),
  listInvitations: operation({
    method: "GET",
    path: "/workspaces/:id/invitations",
    requires: { who: "session" },
    inWorkspace: "owner",
    answer: async (c) => c.json((await storeOf(c).list(nowOf(c))).map(wireInvitation)),
  }),
  withdrawInvitation: operation({
    method: "DELETE",
    path: "/workspaces/:id/invitations/:invitationId",
    requires: { who: "session" },
    inWorkspace: "owner",
    async answer(c) {
      const id = uuidOf(c, "invitationId");
      const withdrawn = await storeOf(c).withdraw(id);
      return withdrawn.ok ? c.json({ success: true, id }) : refuse(c, withdrawn.error);
    },
  }),
  listMyInvitations: operation({
    method: "GET",
    path: "/invitations",
    requires: { who: "session" },
    async answer(c) {
      const db = databaseOf(c.env.DB);
      const mine = await listInvitationsTo(db, c.get("access").userId, nowOf(c));
      return c.json(mine.map(wireMyInvitation));
    },
  }),
  acceptInvitation: operation({
    method: "POST",
    path: "/invitations/:invitation/accept",
    requires: { who: "session" },
    async answer(c) {
      const db = databaseOf(c.env.DB);
      const { id: userId, email } = await personOf(db, c.get("access").userId);
      // The id of a listed invitation, or the secret of a link.
      const text = c.req.param("invitation");
      const uuid = parseUuid(text);
      const offered = uuid === null ? { secret: text } : { uuid };
      const accepted = await acceptInvitation(db, { userId, email }, offered, nowOf(c));
      if (!accepted.ok) return refuse(c, accepted.error);
      return c.json(wireWorkspace(accepted.value.workspace, accepted.value.role));
    },
  }),
  declineInvitation: operation({
    method: "POST",
    path: "/invitations/:invitation/decline",
    requires: { who: "session" },
    async answer(c) {
      const uuid = uuidOf(c, "invitation");
      const db = databaseOf(c.env.DB);
      const declined = await declineInvitation(db, c.get("access").userId, uuid);
      return declined.ok ? c.json({ success: true, id: uuid }) : refuse(c, declined.error);
    },
  }),
};

function storeOf(c: NativeContext) {
  return invitationStore(databaseOf(c.env.DB), c.get("membership").workspace);
}
