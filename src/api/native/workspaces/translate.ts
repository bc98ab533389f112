/** Workspaces, members and invitations in the native API's format. */

import type { Access, Role, Workspace } from "../../../access/access.ts";
import { objectIdOf } from "../../../platform/uuid.ts";
import type { Invitation } from "../../../workspaces/invitations.ts";
import type { Member } from "../../../workspaces/members.ts";
import type { MyInvitation } from "../../../workspaces/my-invitations.ts";
import type { WorkspaceWithSettings } from "../../../workspaces/settings.ts";
import type { AnswerOf } from "../../shared/reference.ts";
import { isoOf } from "../wire-values.ts";
import type {
  invitation,
  member,
  myInvitation,
  workspace as workspaceAnswer,
  workspaceSettings,
} from "./answers.ts";

/** Converts a workspace for a credential: only sessions see its plan. */
export function wireWorkspaceFor(
  via: Access["via"],
  workspace: Workspace,
  role: Role,
): AnswerOf<typeof workspaceAnswer> {
  const { plan, ...others } = wireWorkspace(workspace, role);
  return via === "session" ? { ...others, plan } : others;
}

/** Converts a workspace for a member with this role. */
export function wireWorkspace(
  { uuid, name: title, plan }: Workspace,
  role: Role,
): AnswerOf<typeof workspaceAnswer> {
  return { id: uuid, objectId: objectIdOf(uuid), name: title, plan, role };
}

export function wireSettings(
  { workspace, settings }: WorkspaceWithSettings,
  role: Role,
  via: Access["via"],
): AnswerOf<typeof workspaceSettings> {
  return { ...wireWorkspaceFor(via, workspace, role), ...settings };
}

/** Converts a member, whose id in the workspace is the id of their account. */
export function wireMember({ userId, email, role }: Member): AnswerOf<typeof member> {
  return { id: userId, userId, email, role };
}

/** Converts an invitation for the owners of its workspace. */
export function wireInvitation({
  uuid,
  email,
  role,
  expiresAtMs,
}: Invitation): AnswerOf<typeof invitation> {
  return { id: uuid, email, role, expiresAt: isoOf(expiresAtMs) };
}

/** Converts an invitation for the person it is to. */
export function wireMyInvitation({
  uuid,
  workspaceName,
  role,
  expiresAtMs,
}: MyInvitation): AnswerOf<typeof myInvitation> {
  return { id: uuid, workspace: { name: workspaceName }, role, expiresAt: isoOf(expiresAtMs) };
}
