/** The members of one workspace and their roles. A member is identified by the person's UUID. */

import { type SQL, sql } from "drizzle-orm";

import type { Role } from "../access/access.ts";
import { PLANS } from "../access/plans.ts";
import type { Database } from "../db/database.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { ownedBy } from "./create-workspace.ts";
import { planOfPerson } from "./personal.ts";

export interface Member {
  readonly userId: string;
  readonly email: string;
  readonly role: Role;
}

export type MemberRefusal =
  | { readonly reason: "member_not_found" }
  | { readonly reason: "member_known"; readonly email: string }
  /** The workspace would be left without an owner. */
  | { readonly reason: "last_owner" }
  /** The person owns as many workspaces as their plan allows. */
  | { readonly reason: "owner_full" }
  /** It is this person's personal workspace: they stay its owner. */
  | { readonly reason: "own_workspace" };

/** Returns the members of one workspace. */
export function memberStore(db: Database, workspaceId: number) {
  const isMember = (userId: string) =>
    sql`members.workspace_id = ${workspaceId} and members.user_id = ${userId}`;
  const select = (where: SQL) =>
    db.all<Member>(sql`
      select members.user_id as "userId", users.email, members.role
      from members join users on users.id = members.user_id
      where members.workspace_id = ${workspaceId} and ${where}
      order by members.created_at_ms, users.email`);

  /**
   * True in SQL for a member who may stop being an owner; evaluated in the statement itself, so
   * that the last two owners cannot both step down at once.
   */
  const mayStepDown = sql`(members.role <> 'owner' or exists (
      select 1 from members as other where other.workspace_id = members.workspace_id
        and other.role = 'owner' and other.user_id <> members.user_id
    )) and not exists (
      select 1 from workspaces
      where workspaces.id = members.workspace_id and workspaces.personal_of = members.user_id
    )`;

  async function whyNot(userId: string, role: Role | null): Promise<MemberRefusal> {
    const [known] = await db.all<{ personal: 0 | 1 }>(sql`
      select coalesce(workspaces.personal_of = members.user_id, 0) as personal
      from members join workspaces on workspaces.id = members.workspace_id
      where ${isMember(userId)}`);
    if (known === undefined) return { reason: "member_not_found" };
    if (role === "owner") return { reason: "owner_full" };
    return { reason: known.personal === 1 ? "own_workspace" : "last_owner" };
  }

  return {
    /** In the order in which they joined. */
    async list(): Promise<Member[]> {
      return select(sql`true`);
    },

    async changeRole(userId: string, role: Role): Promise<Result<Member, MemberRefusal>> {
      const { workspacesMax } = PLANS[await planOfPerson(db, userId)];
      const mayOwn = sql`members.role = 'owner' or ${ownedBy(userId)} < ${workspacesMax}`;
      const changed = await db.all(sql`
        update members set role = ${role} where ${isMember(userId)}
          and (${role === "owner" ? mayOwn : mayStepDown}) returning role`);
      const [member] = await select(sql`members.user_id = ${userId}`);
      return changed.length > 0 && member !== undefined
        ? ok(member)
        : err(await whyNot(userId, role));
    },

    /** Removes a member: their access ends with their next request. */
    async remove(userId: string): Promise<Result<null, MemberRefusal>> {
      const removed = await db.all(sql`
        delete from members where ${isMember(userId)} and (${mayStepDown}) returning role`);
      return removed.length > 0 ? ok(null) : err(await whyNot(userId, null));
    },
  };
}
