import { sql } from "drizzle-orm";

import { PLANS } from "../access/plans.ts";
import { exceeded } from "../access/quotas.ts";
import type { Plan } from "../config.ts";
import { batchAround } from "../db/batch.ts";
import type { Database } from "../db/database.ts";
import { sha256Hex } from "../platform/bytes.ts";
import { err, ok, type Result } from "../platform/result.ts";
import type { InvitationRefusal } from "./invitations.ts";
import { type Membership, membershipIn } from "./memberships.ts";
import { isTo } from "./my-invitations.ts";

interface Offer {
  readonly workspaceId: number;
  readonly uuid: string;
  readonly plan: Plan;
}

/** The secret of the invitation's link, or the id of an invitation to the person. */
export type Offered = { readonly secret: string } | { readonly uuid: string };

/**
 * Makes a person a member of the workspace that invites them, and uses the invitation up in the
 * same batch, so that it admits only one of two concurrent requests. An existing member keeps their
 * role, and the invitation stays usable.
 */
export async function acceptInvitation(
  db: Database,
  { userId, email }: { readonly userId: string; readonly email: string },
  offered: Offered,
  nowMs: number,
): Promise<Result<Membership, InvitationRefusal>> {
  const isOffered =
    "secret" in offered
      ? sql`invitations.hash = ${await sha256Hex(offered.secret)}`
      : sql`invitations.uuid = ${offered.uuid} and ${isTo(userId)}`;
  const isLive = sql`${isOffered} and invitations.expires_at_ms > ${nowMs}`;
  const [offer] = await db.all<Offer>(sql`
    select workspaces.id as "workspaceId", workspaces.uuid, workspaces.plan from invitations
    join workspaces on workspaces.id = invitations.workspace_id where ${isLive}`);
  if (offer === undefined) return err({ reason: "invitation_not_found" });
  if ((await membershipIn(db, userId, offer.uuid)) !== null) {
    return err({ reason: "member_known", email });
  }

  const limit = PLANS[offer.plan].membersMax;
  const used = sql`(select count(*) from members where workspace_id = ${offer.workspaceId})`;
  const [added, [now]] = await batchAround(
    db,
    [],
    [
      db.all(sql`
        insert into members (workspace_id, user_id, role, created_at_ms)
        select workspace_id, ${userId}, role, ${nowMs} from invitations
        where ${isLive} and (${limit} is null or ${used} < ${limit})
        on conflict (workspace_id, user_id) do nothing returning role`),
      db.all<{ used: number }>(sql`select ${used} as used from invitations where ${isLive}`),
      db.run(sql`
        delete from invitations where ${isLive} and exists (
          select 1 from members where members.workspace_id = invitations.workspace_id
            and members.user_id = ${userId} and members.created_at_ms = ${nowMs}
        )`),
    ],
  );
  const membership = added.length > 0 ? await membershipIn(db, userId, offer.uuid) : null;
  if (membership !== null) return ok(membership);
  // Another request used the invitation, or the workspace was closed meanwhile.
  if (now === undefined || limit === null) return err({ reason: "invitation_not_found" });
  return err(exceeded("members", offer.plan, limit, now.used));
}
