/** Creates API tokens. */

import { type SQL, sql } from "drizzle-orm";

import type { Scope } from "../access/access.ts";
import { PLANS } from "../access/plans.ts";
import { exceeded } from "../access/quotas.ts";
import type { Database } from "../db/database.ts";
import { base64UrlOf, sha256Hex } from "../platform/bytes.ts";
import { HOUR_MS, SECOND_MS, yearsAfter } from "../platform/clock.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { planOfPerson } from "../workspaces/personal.ts";
import type { TokenRecord, TokenRefusal } from "./tokens.ts";

const PER_HOUR_MAX = 5;
const TOKEN_BYTES = 32;

export interface NewToken {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Null means as long as the person's plan allows. */
  readonly expiresAtMs: number | null;
  /** The home workspace, of which the person must be a member. */
  readonly workspaceId: number;
  readonly workspaceOnly: boolean;
  /** The token that makes this one, which must still be usable. */
  readonly parentId: number | null;
}

export interface CreatedToken {
  /** The only time that the token can be read. */
  readonly token: string;
  readonly record: Omit<TokenRecord, "parentUuid">;
}

/**
 * Creates a token. At most five in any hour, counting revoked ones, and no more usable ones than the
 * person's plan allows.
 */
export async function createToken(
  db: Database,
  userId: string,
  given: NewToken,
  nowMs: number,
): Promise<Result<CreatedToken, TokenRefusal>> {
  const plan = await planOfPerson(db, userId);
  const { tokensMax, tokenYearsMax } = PLANS[plan];
  const latestMs = tokenYearsMax === null ? null : yearsAfter(nowMs, tokenYearsMax);
  const expiresAtMs = given.expiresAtMs ?? latestMs;
  if (expiresAtMs !== null && expiresAtMs <= nowMs) return err({ reason: "token_expiry_past" });
  if (latestMs !== null && expiresAtMs !== null && expiresAtMs > latestMs) {
    return err({ reason: "token_expiry_late", latestMs, plan });
  }
  const token = randomToken();
  const record = {
    uuid: crypto.randomUUID(),
    name: given.name,
    hint: token.slice(-4),
    scopes: [...new Set(given.scopes)],
    workspaceOnly: given.workspaceOnly,
    expiresAtMs,
    lastUsedAtMs: null,
    createdAtMs: nowMs,
  };
  const { parentId } = given;
  const lastHour = sql`(select count(*) from tokens
    where user_id = ${userId} and created_at_ms > ${nowMs - HOUR_MS})`;
  const usable = sql`(select count(*) from tokens
    where user_id = ${userId} and ${isUsable(nowMs)})`;
  const isWanted = sql`(${parentId} is null or exists (
    select 1 from tokens where id = ${parentId} and ${isUsable(nowMs)}))`;
  // The statement that inserts also counts, so two requests at once cannot both be the fifth, and
  // asks for the parent, so that a token that is revoked meanwhile leaves none behind.
  const inserted = await db.all(sql`
    insert into tokens (uuid, user_id, workspace_id, workspace_only, parent_id, name, hash, hint,
      scopes, expires_at_ms, created_at_ms)
    select ${record.uuid}, ${userId}, ${given.workspaceId}, ${Number(given.workspaceOnly)},
      ${parentId}, ${given.name}, ${await sha256Hex(token)}, ${record.hint},
      ${JSON.stringify(record.scopes)}, ${expiresAtMs}, ${nowMs}
    where ${lastHour} < ${PER_HOUR_MAX} and ${usable} < ${tokensMax} and ${isWanted}
    returning id`);
  if (inserted.length > 0) return ok({ token, record });
  const [now] = await db.all<{ used: number; wanted: 0 | 1 }>(
    sql`select ${usable} as used, ${isWanted} as wanted`,
  );
  if (now?.wanted === 0) return err({ reason: "token_parent_ended" });
  if (now !== undefined && now.used >= tokensMax) {
    return err(exceeded("tokens", plan, tokensMax, now.used));
  }
  return err({
    reason: "token_limit_reached",
    perHourMax: PER_HOUR_MAX,
    retryAfterSeconds: await secondsUntilRoom(db, userId, nowMs),
  });
}

function isUsable(nowMs: number): SQL {
  return sql`revoked_at_ms is null and (expires_at_ms is null or expires_at_ms > ${nowMs})`;
}

/** Returns the seconds until the fifth newest creation is an hour old, which makes room. */
async function secondsUntilRoom(db: Database, userId: string, nowMs: number): Promise<number> {
  const [blocking] = await db.all<{ atMs: number }>(sql`
    select created_at_ms as "atMs" from tokens
    where user_id = ${userId} and created_at_ms > ${nowMs - HOUR_MS}
    order by created_at_ms desc limit 1 offset ${PER_HOUR_MAX - 1}`);
  const untilMs = (blocking?.atMs ?? nowMs - HOUR_MS) + HOUR_MS;
  return Math.max(1, Math.ceil((untilMs - nowMs) / SECOND_MS));
}

/** Returns `pp_` and 32 random bytes in base64url, 46 characters in total. */
function randomToken(): string {
  return `pp_${base64UrlOf(crypto.getRandomValues(new Uint8Array(TOKEN_BYTES)))}`;
}
