/** The installation's operator, who authenticates with ADMIN_TOKEN. */

import { spend, waitFor } from "../db/allowances.ts";
import { databaseOf } from "../db/database.ts";
import { utf8 } from "../platform/bytes.ts";
import { MINUTE_MS } from "../platform/clock.ts";
import { tokenOf } from "./credentials.ts";
import { addressName } from "./guessers.ts";

const GUESSES_MAX = 10;

export type OperatorRefusal =
  | { readonly reason: "unauthenticated" }
  | { readonly reason: "rate_limited"; readonly retryAfterSeconds: number };

/**
 * Refuses a request that is not the operator's; null lets it through. An address that sent ten wrong
 * tokens within a minute waits, even with the right one.
 */
export async function refuseOthers(
  headers: Headers,
  env: Pick<Cloudflare.Env, "DB" | "AUTH_SECRET" | "ADMIN_TOKEN">,
  nowMs: number,
): Promise<OperatorRefusal | null> {
  const token = tokenOf(headers);
  if (token === null) return { reason: "unauthenticated" };
  const db = databaseOf(env.DB);
  const key = `operator/${await addressName(headers, env.AUTH_SECRET)}`;
  const guesses = { key, max: GUESSES_MAX, windowMs: MINUTE_MS };
  const isCounted = headers.has("CF-Connecting-IP"); // always, on Cloudflare
  const wait = isCounted ? await waitFor(db, guesses, nowMs) : null;
  if (wait !== null) return { reason: "rate_limited", retryAfterSeconds: wait };
  if (await isOperator(token, env.ADMIN_TOKEN)) return null;
  if (isCounted) await spend(db, guesses, nowMs);
  return { reason: "unauthenticated" };
}

/**
 * Whether a token is ADMIN_TOKEN, compared in constant time. Never true if ADMIN_TOKEN is empty.
 *
 * Both are hashed first, since the comparison throws on unequal lengths.
 */
export async function isOperator(token: string | null, adminToken: string): Promise<boolean> {
  if (token === null || adminToken === "") return false;
  const [given, expected] = await Promise.all(
    [token, adminToken].map((text) => crypto.subtle.digest("SHA-256", utf8(text))),
  );
  if (given === undefined || expected === undefined) return false;
  return crypto.subtle.timingSafeEqual(given, expected);
}
