/**
 * Invitations into one workspace: nobody becomes a member without accepting one.
 *
 * An invitation is made, and answers, alike whether or not the address has an account. It admits the
 * bearer of its link once, or the account with its address. The link's secret is shown once and
 * stored as its SHA-256.
 */

import { type SQL, sql } from "drizzle-orm";

import type { Role, Workspace } from "../access/access.ts";
import { PLANS } from "../access/plans.ts";
import { exceeded, type QuotaExceeded } from "../access/quotas.ts";
import { spend } from "../db/allowances.ts";
import { batchAround } from "../db/batch.ts";
import type { Database } from "../db/database.ts";
import { hex, sha256Hex } from "../platform/bytes.ts";
import { DAY_MS, HOUR_MS } from "../platform/clock.ts";
import { err, ok, type Result } from "../platform/result.ts";
import type { MemberRefusal } from "./members.ts";

/** Ownership is never granted by address: an owner gives it to a member they can see. */
export type InvitedRole = Exclude<Role, "owner">;

export interface Invitation {
  readonly uuid: string;
  readonly email: string;
  readonly role: InvitedRole;
  readonly expiresAtMs: number;
}

export type InvitationRefusal =
  /** Unknown, used, withdrawn or expired: deliberately indistinguishable. */
  | { readonly reason: "invitation_not_found" }
  | {
      readonly reason: "invitations_too_fast";
      readonly perHourMax: number;
      readonly retryAfterSeconds: number;
    }
  | MemberRefusal
  | QuotaExceeded;

export interface NewInvitation {
  readonly email: string;
  readonly role: InvitedRole;
  /** The owner who invites. */
  readonly invitedBy: string;
}

const PER_HOUR_MAX = 20;
const LIVES_MS = 7 * DAY_MS;
const SECRET_BYTES = 32;

const COLUMNS = sql`uuid, email, role, expires_at_ms as "expiresAtMs"`;

interface Counts {
  readonly joined: 0 | 1;
  /** Members and other open invitations. */
  readonly used: number;
  /** Other open invitations. */
  readonly open: number;
}

/** Returns the invitations of one workspace that can still be used. */
export function invitationStore(db: Database, { id, plan }: Pick<Workspace, "id" | "plan">) {
  const { membersMax, invitationsMax } = PLANS[plan];

  /** Counts open invitations, except one to the same address. */
  function openOthers(email: string, nowMs: number): SQL {
    return sql`(select count(*) from invitations
      where workspace_id = ${id} and expires_at_ms > ${nowMs} and email <> ${email})`;
  }

  const membersNow = sql`(select count(*) from members where workspace_id = ${id})`;

  return {
    async list(nowMs: number): Promise<Invitation[]> {
      return db.all<Invitation>(sql`
        select ${COLUMNS} from invitations where workspace_id = ${id} and expires_at_ms > ${nowMs}
        order by created_at_ms desc, id desc`);
    },

    /** Invites an address, replacing an earlier invitation to it. Returns the secret only here. */
    async invite(
      given: NewInvitation,
      nowMs: number,
    ): Promise<Result<{ invitation: Invitation; secret: string }, InvitationRefusal>> {
      const email = given.email.toLowerCase(); // as sign-up stores them
      const key = `invitations/${given.invitedBy}`;
      const wait = await spend(db, { key, max: PER_HOUR_MAX, windowMs: HOUR_MS }, nowMs);
      if (wait !== null) {
        const perHourMax = PER_HOUR_MAX;
        return err({ reason: "invitations_too_fast", perHourMax, retryAfterSeconds: wait });
      }
      const secret = hex(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));
      const open = openOthers(email, nowMs);
      const used = sql`(${membersNow} + ${open})`;
      const joined = sql`exists (
        select 1 from members join users on users.id = members.user_id
        where members.workspace_id = ${id} and users.email = ${email})`;
      const [[invitation], [now]] = await batchAround(
        db,
        [],
        [
          db.all<Invitation>(sql`
            insert into invitations
              (uuid, workspace_id, email, role, hash, expires_at_ms, created_at_ms)
            select ${crypto.randomUUID()}, ${id}, ${email}, ${given.role},
              ${await sha256Hex(secret)}, ${nowMs + LIVES_MS}, ${nowMs}
            where not ${joined} and ${open} < ${invitationsMax}
              and (${membersMax} is null or ${used} < ${membersMax})
            on conflict (workspace_id, email) do update set uuid = excluded.uuid,
              role = excluded.role, hash = excluded.hash, expires_at_ms = excluded.expires_at_ms,
              created_at_ms = excluded.created_at_ms
            returning ${COLUMNS}`),
          db.all<Counts>(sql`
            select ${joined} as joined, ${used} as used, ${open} as "open"`),
        ],
      );
      if (invitation !== undefined) return ok({ invitation, secret });
      if (now === undefined || now.joined === 1) return err({ reason: "member_known", email });
      return membersMax !== null && now.used >= membersMax
        ? err(exceeded("members", plan, membersMax, now.used))
        : err(exceeded("invitations", plan, invitationsMax, now.open));
    },

    async withdraw(uuid: string): Promise<Result<null, InvitationRefusal>> {
      const withdrawn = await db.all(
        sql`delete from invitations where workspace_id = ${id} and uuid = ${uuid} returning id`,
      );
      return withdrawn.length > 0 ? ok(null) : err({ reason: "invitation_not_found" });
    },
  };
}
