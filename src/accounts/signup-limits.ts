/**
 * Limits sign-ups by address, and how often an address learns that an e-mail address is taken.
 *
 * Without a mailer a sign-up has to say so. It says it a few times an hour; after that it refuses
 * all sign-ups of the address, since refusing only the taken ones would say the same.
 */

import { spend, waitFor } from "../db/allowances.ts";
import type { Database } from "../db/database.ts";
import { HOUR_MS, MINUTE_MS } from "../platform/clock.ts";

const SIGN_UPS_MAX = 10;
const TAKEN_MAX = 5;

/** Counts a sign-up. Returns null, or the seconds to wait if there were too many. */
export async function beginSignup(
  db: Database,
  address: string,
  nowMs: number,
): Promise<number | null> {
  const signups = { key: `sign-up/${address}`, max: SIGN_UPS_MAX, windowMs: MINUTE_MS };
  return (
    (await waitFor(db, { key: takenKey(address), max: TAKEN_MAX }, nowMs)) ??
    (await spend(db, signups, nowMs))
  );
}

/** Counts that an address is told of an account. Returns null, or the seconds to wait instead. */
export async function tellTaken(
  db: Database,
  address: string,
  nowMs: number,
): Promise<number | null> {
  return spend(db, { key: takenKey(address), max: TAKEN_MAX, windowMs: HOUR_MS }, nowMs);
}

function takenKey(address: string): string {
  return `taken/${address}`;
}
