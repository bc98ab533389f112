/**
 * Invitations: single-use links that admit their bearer. The secret is shown once and stored as its
 * SHA-256. Without a mailer, nothing else proves that the bearer is the person invited.
 */

import { type SQL, sql } from "drizzle-orm";

import type { Role, Workspace } from "../access/access.ts";
import { PLANS } from "../access/plans.ts";
import { exceeded, type QuotaExceeded } from "../access/quotas.ts";
import { batchAround } from "../db/batch.ts";
import type { Database } from "../db/database.ts";
import { hex, sha256Hex } from "../platform/bytes.ts";
import { DAY_MS } from "../platform/clock.ts";
import { err, ok, type Result } from "../platform/result.ts";
import type { Member, MemberRefusal } from "./members.ts";

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
  { readonly reason: "invitation_not_found" } | MemberRefusal | QuotaExceeded;

export type Invited =
  | { readonly kind: "member"; readonly member: Member }
  /** `secret` is returned only this once. */
  | { readonly kind: "invitation"; readonly invitation: Invitation; readonly secret: string };

const LIVES_MS = 7 * DAY_MS;
const SECRET_BYTES = 32;

const COLUMNS = sql`uuid, email, role, expires_at_ms as "expiresAtMs"`;

/** Returns the invitations of one workspace that can still be used. */
export function invitationStore(db: Database, { id, plan }: Pick<Workspace, "id" | "plan">) {
  const limit = PLANS[plan].membersMax;

  /** Counts members and open invitations, except one to the same address. */
  function taken(email: string, nowMs: number): SQL {
    return sql`((select count(*) from members where workspace_id = ${id}) + (
      select count(*) from invitations
      where workspace_id = ${id} and expires_at_ms > ${nowMs} and email <> ${email}
    ))`;
  }

  /** Makes the account with this address a member, if there is one. */
  async function addKnown(email: string, role: InvitedRole, nowMs: number) {
    const known = sql`from users where users.email = ${email}`;
    const [added, [person]] = await batchAround(
      db,
      [],
      [
        db.all(sql`
          insert into members (workspace_id, user_id, role, created_at_ms)
          select ${id}, users.id, ${role}, ${nowMs} ${known}
            and (${limit} is null or ${taken(email, nowMs)} < ${limit})
          on conflict (workspace_id, user_id) do nothing returning role`),
        db.all<{ userId: string; joined: 0 | 1; used: number }>(sql`
          select users.id as "userId", ${taken(email, nowMs)} as used, exists (
            select 1 from members where workspace_id = ${id} and user_id = users.id
          ) as joined ${known}`),
        // An earlier invitation to the same address serves no purpose any more.
        db.run(sql`
          delete from invitations where workspace_id = ${id} and email = ${email}
            and exists (select 1 from members where workspace_id = ${id}
              and user_id = (select users.id ${known}))`),
      ],
    );
    return { isAdded: added.length > 0, person };
  }

  async function invite(
    email: string,
    role: InvitedRole,
    nowMs: number,
  ): Promise<Result<Invited, QuotaExceeded>> {
    const secret = hex(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));
    const [invitation] = await db.all<Invitation>(sql`
      insert into invitations (uuid, workspace_id, email, role, hash, expires_at_ms, created_at_ms)
      select ${crypto.randomUUID()}, ${id}, ${email}, ${role}, ${await sha256Hex(secret)},
        ${nowMs + LIVES_MS}, ${nowMs}
      where ${limit} is null or ${taken(email, nowMs)} < ${limit}
      on conflict (workspace_id, email) do update set uuid = excluded.uuid, role = excluded.role,
        hash = excluded.hash, expires_at_ms = excluded.expires_at_ms,
        created_at_ms = excluded.created_at_ms
      returning ${COLUMNS}`);
    if (invitation !== undefined) return ok({ kind: "invitation", invitation, secret });
    const [now] = await db.all<{ used: number }>(sql`select ${taken(email, nowMs)} as used`);
    return err(exceeded("members", plan, limit ?? 0, now?.used ?? 0));
  }

  return {
    async list(nowMs: number): Promise<Invitation[]> {
      return db.all<Invitation>(sql`
        select ${COLUMNS} from invitations where workspace_id = ${id} and expires_at_ms > ${nowMs}
        order by created_at_ms desc, id desc`);
    },

    /**
     * Makes the account with this address a member at once. Without such an account it creates an
     * invitation, which replaces an earlier one to the same address.
     */
    async add(
      { email, role }: { readonly email: string; readonly role: InvitedRole },
      nowMs: number,
    ): Promise<Result<Invited, InvitationRefusal>> {
      const address = email.toLowerCase(); // as sign-up stores them
      const { isAdded, person } = await addKnown(address, role, nowMs);
      if (person === undefined) return invite(address, role, nowMs);
      if (isAdded) {
        return ok({ kind: "member", member: { userId: person.userId, email: address, role } });
      }
      return person.joined === 1 || limit === null
        ? err({ reason: "member_known", email: address })
        : err(exceeded("members", plan, limit, person.used));
    },

    async withdraw(uuid: string): Promise<Result<null, InvitationRefusal>> {
      const withdrawn = await db.all(
        sql`delete from invitations where workspace_id = ${id} and uuid = ${uuid} returning id`,
      );
      return withdrawn.length > 0 ? ok(null) : err({ reason: "invitation_not_found" });
    },
  };
}
