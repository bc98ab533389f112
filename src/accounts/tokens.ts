/**
 * Stores a person's API tokens. The token itself is shown once and never stored, only its SHA-256,
 * which is enough for 256 random bits.
 */

import { and, desc, eq, gt, isNull, type SQL, sql } from "drizzle-orm";

import type { Scope } from "../access/access.ts";
import { PLANS } from "../access/plans.ts";
import { exceeded, type QuotaExceeded } from "../access/quotas.ts";
import type { Database } from "../db/database.ts";
import { tokens } from "../db/schema/index.ts";
import { sha256Hex } from "../platform/bytes.ts";
import { type Clock, HOUR_MS, SECOND_MS, systemClock } from "../platform/clock.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { planOfPerson } from "../workspaces/personal.ts";

const TOKENS_PER_HOUR_MAX = 5;
const TOKEN_BYTES = 32;

export interface TokenRecord {
  readonly uuid: string;
  readonly name: string;
  /** The last four characters. */
  readonly hint: string;
  readonly scopes: readonly Scope[];
  readonly expiresAtMs: number | null;
  readonly lastUsedAtMs: number | null;
  readonly createdAtMs: number;
}

export interface NewToken {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Null means never. */
  readonly expiresAtMs: number | null;
  /** The home workspace, of which the person must be a member. */
  readonly workspaceId: number;
}

export type TokenRefusal =
  | { readonly reason: "token_expiry_past" }
  | {
      readonly reason: "token_limit_reached";
      readonly perHourMax: number;
      readonly retryAfterSeconds: number;
    }
  | { readonly reason: "token_not_found" }
  | QuotaExceeded;

export interface CreatedToken {
  /** The only time that the token can be read. */
  readonly token: string;
  readonly record: TokenRecord;
}

export interface HomedToken extends TokenRecord {
  readonly workspaceId: number;
}

export interface TokenStore {
  /**
   * Creates a token. At most five in any hour, counting revoked ones, and no more usable ones than
   * the person's plan allows.
   */
  create(given: NewToken): Promise<Result<CreatedToken, TokenRefusal>>;
  /** Lists the tokens that are not revoked, the newest first. */
  list(): Promise<TokenRecord[]>;
  /** Finds a token by its text. Null if it is unknown, revoked or another person's. */
  find(token: string): Promise<HomedToken | null>;
  /** Revokes a token: the next request with it is refused. */
  revoke(uuid: string): Promise<Result<null, TokenRefusal>>;
}

export function tokenStore(db: Database, userId: string, clock: Clock = systemClock): TokenStore {
  return {
    async create({ name, scopes, expiresAtMs, workspaceId }) {
      const nowMs = clock();
      if (expiresAtMs !== null && expiresAtMs <= nowMs) return err({ reason: "token_expiry_past" });
      const token = randomToken();
      const record: TokenRecord = {
        uuid: crypto.randomUUID(),
        name,
        hint: token.slice(-4),
        scopes: [...new Set(scopes)],
        expiresAtMs,
        lastUsedAtMs: null,
        createdAtMs: nowMs,
      };
      const plan = await planOfPerson(db, userId);
      const { tokensMax } = PLANS[plan];
      // The statement that inserts also counts, so two requests at once cannot both be the fifth.
      const inserted = await db.all(sql`
        insert into tokens
          (uuid, user_id, workspace_id, name, hash, hint, scopes, expires_at_ms, created_at_ms)
        select ${record.uuid}, ${userId}, ${workspaceId}, ${name}, ${await sha256Hex(token)},
          ${record.hint}, ${JSON.stringify(record.scopes)}, ${expiresAtMs}, ${nowMs}
        where (
          select count(*) from tokens
          where user_id = ${userId} and created_at_ms > ${nowMs - HOUR_MS}
        ) < ${TOKENS_PER_HOUR_MAX} and ${usable(nowMs)} < ${tokensMax}
        returning id`);
      if (inserted.length > 0) return ok({ token, record });
      const [now] = await db.all<{ used: number }>(sql`select ${usable(nowMs)} as used`);
      const used = now?.used ?? 0;
      if (used >= tokensMax) return err(exceeded("tokens", plan, tokensMax, used));
      return err({
        reason: "token_limit_reached",
        perHourMax: TOKENS_PER_HOUR_MAX,
        retryAfterSeconds: await retryAfterSeconds(nowMs),
      });
    },

    async list() {
      const rows = await db
        .select()
        .from(tokens)
        .where(and(eq(tokens.userId, userId), isNull(tokens.revokedAtMs)))
        .orderBy(desc(tokens.createdAtMs), desc(tokens.id));
      return rows.map((row) => ({ ...row, scopes: row.scopes as Scope[] }));
    },

    async find(token) {
      const [row] = await db
        .select()
        .from(tokens)
        .where(
          and(
            eq(tokens.hash, await sha256Hex(token)),
            eq(tokens.userId, userId),
            isNull(tokens.revokedAtMs),
          ),
        );
      return row === undefined ? null : { ...row, scopes: row.scopes as Scope[] };
    },

    async revoke(uuid) {
      const revoked = await db
        .update(tokens)
        .set({ revokedAtMs: clock() })
        .where(and(eq(tokens.uuid, uuid), eq(tokens.userId, userId), isNull(tokens.revokedAtMs)))
        .returning({ id: tokens.id });
      return revoked.length > 0 ? ok(null) : err({ reason: "token_not_found" });
    },
  };

  function usable(nowMs: number): SQL {
    return sql`(
      select count(*) from tokens where user_id = ${userId} and revoked_at_ms is null
        and (expires_at_ms is null or expires_at_ms > ${nowMs}))`;
  }

  /** Returns the seconds until the fifth newest creation is an hour old, which makes room. */
  async function retryAfterSeconds(nowMs: number): Promise<number> {
    const [blocking] = await db
      .select({ createdAtMs: tokens.createdAtMs })
      .from(tokens)
      .where(and(eq(tokens.userId, userId), gt(tokens.createdAtMs, nowMs - HOUR_MS)))
      .orderBy(desc(tokens.createdAtMs))
      .limit(1)
      .offset(TOKENS_PER_HOUR_MAX - 1);
    const untilMs = (blocking?.createdAtMs ?? nowMs - HOUR_MS) + HOUR_MS;
    return Math.max(1, Math.ceil((untilMs - nowMs) / SECOND_MS));
  }
}

/** Returns `pp_` and 32 random bytes in base64url, 46 characters in total. */
function randomToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(TOKEN_BYTES));
  const text = btoa(String.fromCharCode(...bytes));
  return `pp_${text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}
