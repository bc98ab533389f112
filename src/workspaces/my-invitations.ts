/**
 * The invitations of one person: those to the address of their account, as it was known when they
 * were made.
 *
 * An address is not verified. Were later accounts included, whoever signs up with an invited address
 * would be let in; they need the link.
 */

import { type SQL, sql } from "drizzle-orm";

import type { Database } from "../db/database.ts";
import { err, ok, type Result } from "../platform/result.ts";
import type { InvitationRefusal, InvitedRole } from "./invitations.ts";

export interface MyInvitation {
  readonly uuid: string;
  readonly workspaceName: string;
  readonly role: InvitedRole;
  readonly expiresAtMs: number;
}

const LISTED_MAX = 100;

/** Returns the condition in SQL that an invitation is to this person. */
export function isTo(userId: string): SQL {
  return sql`exists (
    select 1 from users where users.id = ${userId} and users.email = invitations.email
      and users.created_at_ms <= invitations.created_at_ms)`;
}

/** Lists the newest invitations to a person. */
export async function listInvitationsTo(
  db: Database,
  userId: string,
  nowMs: number,
): Promise<MyInvitation[]> {
  return db.all<MyInvitation>(sql`
    select invitations.uuid, workspaces.name as "workspaceName", invitations.role,
      invitations.expires_at_ms as "expiresAtMs"
    from users join invitations on invitations.email = users.email
    join workspaces on workspaces.id = invitations.workspace_id
    where users.id = ${userId} and ${isTo(userId)} and invitations.expires_at_ms > ${nowMs}
    order by invitations.created_at_ms desc, invitations.id desc limit ${LISTED_MAX}`);
}

/** Deletes an invitation to this person. */
export async function declineInvitation(
  db: Database,
  userId: string,
  uuid: string,
): Promise<Result<null, InvitationRefusal>> {
  const declined = await db.all(sql`
    delete from invitations where uuid = ${uuid} and ${isTo(userId)} returning id`);
  return declined.length > 0 ? ok(null) : err({ reason: "invitation_not_found" });
}
