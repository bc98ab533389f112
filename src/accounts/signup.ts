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
import type { AccountRefusal } from "./refusal.ts";

/**
 * Admits a sign-up, or refuses it.
 *
 * Under `first` this only saves hashing: `users.first_slot` decides between simultaneous sign-ups.
 */
export async function admitSignup(
  env: Cloudflare.Env,
  email: string,
  clock: Clock = systemClock,
): Promise<Result<null, AccountRefusal>> {
  const { signups } = configOf(env);
  if (signups === "closed") return err({ reason: "signups_closed" });
  const db = databaseOf(env.DB);
  const isFirst = signups === "first" ? 1 : 0;
  await db.run(sql`
    delete from users
    where (email = ${email.toLowerCase()} or (${isFirst} and first_slot = 1))
      and created_at_ms < ${clock() - MINUTE_MS}
      and not exists (select 1 from credentials where user_id = users.id)`);
  if (signups === "open") return ok(null);
  return (await hasAccounts(db)) ? err({ reason: "signups_closed" }) : ok(null);
}

/** Whether the installation has an account. */
export async function hasAccounts(db: Database): Promise<boolean> {
  const [anybody] = await db.all(sql`select 1 from users limit 1`);
  return anybody !== undefined;
}

/** Returns the race that an admitted sign-up lost, or null if it failed for another reason. */
export async function lostRace(env: Cloudflare.Env, email: string): Promise<AccountRefusal | null> {
  const { signups } = configOf(env);
  const [taken] = await databaseOf(env.DB).all<{ by_email: number }>(sql`
    select email = ${email.toLowerCase()} as by_email from users
    where email = ${email.toLowerCase()} or first_slot = 1
    order by by_email desc limit 1`);
  if (taken === undefined) return null;
  if (signups === "first") return { reason: "signups_closed" };
  return taken.by_email === 1 ? { reason: "email_taken" } : null;
}
