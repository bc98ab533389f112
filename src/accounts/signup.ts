/**
 * Admits sign-ups, and removes accounts that an interrupted sign-up left incomplete.
 *
 * better-auth writes the person, then the password, then the session, in separate statements. If it
 * is interrupted after the first, the address belongs to a person who can never sign in: the next
 * attempt removes such a row once it is a minute old. An interruption after the password needs no
 * repair: signing in creates the missing workspace.
 */

import { sql } from "drizzle-orm";

import { configOf } from "../config.ts";
import { type Database, databaseOf } from "../db/database.ts";
import { type Clock, MINUTE_MS, systemClock } from "../platform/clock.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { isInvitedToSignUp } from "../workspaces/invited-account.ts";
import type { AccountRefusal } from "./refusal.ts";

/** Why a sign-up is admitted: anybody is, nobody was before, or an invitation's link. */
export type Admission = "open" | "first" | "invited";

export interface SignUp {
  readonly email: string;
  /** The secret of an invitation's link; null if there is none. */
  readonly invitation: string | null;
}

/**
 * Admits a sign-up, or refuses it. Refuses an invitation that is unknown, closed or to another
 * address like none.
 *
 * Under `first` this only saves hashing: `users.first_slot` decides between simultaneous sign-ups.
 */
export async function admitSignup(
  env: Cloudflare.Env,
  { email, invitation }: SignUp,
  clock: Clock = systemClock,
): Promise<Result<Admission, AccountRefusal>> {
  const { signups } = configOf(env);
  if (signups === "closed") return err({ reason: "signups_closed" });
  const db = databaseOf(env.DB);
  const isFirst = signups === "first" ? 1 : 0;
  await db.run(sql`
    delete from users
    where (email = ${email.toLowerCase()} or (${isFirst} and first_slot = 1))
      and created_at_ms < ${clock() - MINUTE_MS}
      and not exists (select 1 from credentials where user_id = users.id)`);
  if (signups === "open") return ok("open");
  if (!(await hasAccounts(db))) return ok("first");
  const isInvited =
    invitation !== null && (await isInvitedToSignUp(db, { secret: invitation, email }, clock()));
  return isInvited ? ok("invited") : err({ reason: "signups_closed" });
}

/** Whether the installation has an account. */
export async function hasAccounts(db: Database): Promise<boolean> {
  const [anybody] = await db.all(sql`select 1 from users limit 1`);
  return anybody !== undefined;
}

/** Returns the race that an admitted sign-up lost, or null if it failed for another reason. */
export async function lostRace(
  env: Cloudflare.Env,
  email: string,
  admission: Admission,
): Promise<AccountRefusal | null> {
  const db = databaseOf(env.DB);
  if (admission === "first") {
    return (await hasAccounts(db)) ? { reason: "signups_closed" } : null;
  }
  const [taken] = await db.all(sql`select 1 from users where email = ${email.toLowerCase()}`);
  return taken === undefined ? null : { reason: "email_taken" };
}
