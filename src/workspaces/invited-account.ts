/** Invitations that make an account, where nobody else may make one. */

import { sql } from "drizzle-orm";

import type { Database } from "../db/database.ts";
import { sha256Hex } from "../platform/bytes.ts";

/**
 * Whether the link of an invitation makes the account of an address: it was sent to that address, is
 * open, and leads to a workspace that the installation's first account owns.
 *
 * Were other workspaces included, everybody who was once invited could let in more people.
 */
export async function isInvitedToSignUp(
  db: Database,
  { secret, email }: { readonly secret: string; readonly email: string },
  nowMs: number,
): Promise<boolean> {
  const [invited] = await db.all(sql`
    select 1 from invitations
    join members on members.workspace_id = invitations.workspace_id and members.role = 'owner'
    where invitations.hash = ${await sha256Hex(secret)}
      and invitations.email = ${email.toLowerCase()} and invitations.expires_at_ms > ${nowMs}
      and members.user_id = (select id from users order by created_at_ms, id limit 1)`);
  return invited !== undefined;
}
