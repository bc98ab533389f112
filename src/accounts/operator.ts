/** The installation's operator, who authenticates with ADMIN_TOKEN. */

import { spend, waitFor } from "../db/allowances.ts";
import { databaseOf } from "../db/database.ts";
import { utf8 } from "../platform/bytes.ts";
import { MINUTE_MS } from "../platform/clock.ts";
import { typedSecret } from "../platform/secret-strength.ts";
import { secretOf, type Secrets } from "../platform/secrets.ts";
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
  env: Pick<Cloudflare.Env, "DB"> & Secrets,
  nowMs: number,
): Promise<OperatorRefusal | null> {
  const token = tokenOf(headers);
  if (token === null) return { reason: "unauthenticated" };
  return refuseWrong(headers, env, nowMs, async () =>
    isSecret(token, await secretOf(env, "ADMIN_TOKEN")),
  );
}

/** Lets nobody try secrets of the operator faster than a few a minute. */
async function refuseWrong(
  headers: Headers,
  env: Pick<Cloudflare.Env, "DB"> & Secrets,
  nowMs: number,
  isRight: () => Promise<boolean>,
): Promise<OperatorRefusal | null> {
  const db = databaseOf(env.DB);
  const key = `operator/${await addressName(headers, await secretOf(env, "AUTH_SECRET"))}`;
  const guesses = { key, max: GUESSES_MAX, windowMs: MINUTE_MS };
  const isCounted = headers.has("CF-Connecting-IP"); // always, on Cloudflare
  const wait = isCounted ? await waitFor(db, guesses, nowMs) : null;
  if (wait !== null) return { reason: "rate_limited", retryAfterSeconds: wait };
  if (await isRight()) return null;
  if (isCounted) await spend(db, guesses, nowMs);
  return { reason: "unauthenticated" };
}

/**
 * Refuses to let a request make the first account, unless it has the token of the setup link, the
 * installation's secret or the operator's token; null lets it through. Wrong tokens count like those of the operator.
 */
export async function refuseSetup(
  headers: Headers,
  setupToken: string | null,
  env: Pick<Cloudflare.Env, "DB" | "SETUP_TOKEN"> & Secrets,
  nowMs: number,
): Promise<
  Exclude<OperatorRefusal, { readonly reason: "unauthenticated" }> | SetupRequired | null
> {
  const operator = tokenOf(headers);
  if (setupToken === null && operator === null) return { reason: "setup_required" };
  const refused = await refuseWrong(headers, env, nowMs, async () => {
    const isSetup = await isSecret(setupToken, env.SETUP_TOKEN ?? "");
    return (
      isSetup ||
      (await isTyped(setupToken, env)) ||
      isSecret(operator, await secretOf(env, "ADMIN_TOKEN"))
    );
  });
  return refused?.reason === "unauthenticated" ? { reason: "setup_required" } : refused;
}

export interface SetupRequired {
  readonly reason: "setup_required";
}

/** Whether a text is SIGNPOST_SECRET, which is all that a person knows who deployed by a button. */
async function isTyped(text: string | null, env: Secrets): Promise<boolean> {
  if (text === null || env.SIGNPOST_SECRET === undefined) return false;
  return isSecret(typedSecret({ SIGNPOST_SECRET: text }), typedSecret(env));
}

/**
 * Whether a token is the expected one, such as ADMIN_TOKEN, compared in constant time. Never true if
 * that is empty.
 *
 * Both are hashed first, since the comparison throws on unequal lengths.
 */
export async function isSecret(token: string | null, wanted: string): Promise<boolean> {
  if (token === null || wanted === "") return false;
  const [given, expected] = await Promise.all(
    [token, wanted].map((text) => crypto.subtle.digest("SHA-256", utf8(text))),
  );
  if (given === undefined || expected === undefined) return false;
  return crypto.subtle.timingSafeEqual(given, expected);
}
