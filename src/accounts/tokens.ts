/**
 * Reads and revokes a person's API tokens. The token itself is shown once and never stored, only its
 * SHA-256, which is enough for 256 random bits.
 */

import { and, desc, eq, isNull, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";

import type { Scope } from "../access/access.ts";
import type { QuotaExceeded } from "../access/quotas.ts";
import type { Plan } from "../config.ts";
import { batchAround } from "../db/batch.ts";
import type { Database } from "../db/database.ts";
import { tokens } from "../db/schema/index.ts";
import { sha256Hex } from "../platform/bytes.ts";
import { type Clock, systemClock } from "../platform/clock.ts";
import { err, ok, type Result } from "../platform/result.ts";

export interface TokenRecord {
  readonly uuid: string;
  readonly name: string;
  /** The last four characters. */
  readonly hint: string;
  readonly scopes: readonly Scope[];
  /** Whether it opens its home workspace alone. */
  readonly workspaceOnly: boolean;
  /** The token that made it; null for one made in a browser session. */
  readonly parentUuid: string | null;
  readonly expiresAtMs: number | null;
  readonly lastUsedAtMs: number | null;
  readonly createdAtMs: number;
}

export type TokenRefusal =
  | { readonly reason: "token_expiry_past" }
  /** The plan of the person allows no token to live that long. */
  | { readonly reason: "token_expiry_late"; readonly latestMs: number; readonly plan: Plan }
  /** The token that asked for another one was revoked meanwhile. */
  | { readonly reason: "token_parent_ended" }
  | {
      readonly reason: "token_limit_reached";
      readonly perHourMax: number;
      readonly retryAfterSeconds: number;
    }
  | { readonly reason: "token_not_found" }
  | QuotaExceeded;

export interface HomedToken extends Omit<TokenRecord, "parentUuid"> {
  readonly id: number;
  readonly workspaceId: number;
}

export interface TokenStore {
  /** Lists the tokens that are not revoked, the newest first. */
  list(): Promise<TokenRecord[]>;
  /** Finds a token by its text. Null if it is unknown, revoked or another person's. */
  find(token: string): Promise<HomedToken | null>;
  /**
   * Revokes a token: the next request with it is refused. Returns the ids of those that it made, or
   * that they made, and that still work.
   */
  revoke(uuid: string): Promise<Result<string[], TokenRefusal>>;
  /** Revokes a token with all that it made, and that they made. Returns the ids of the others. */
  revokeTree(uuid: string): Promise<Result<string[], TokenRefusal>>;
}

export function tokenStore(db: Database, userId: string, clock: Clock = systemClock): TokenStore {
  /** Begins a statement that knows a token and its descendants, revoked ones too. */
  const withTree = (uuid: string) => sql`
    with recursive tree(id) as (
      select id from tokens where uuid = ${uuid} and user_id = ${userId}
      union select tokens.id from tokens join tree on tokens.parent_id = tree.id
    )`;

  return {
    async list() {
      const parent = alias(tokens, "parent");
      const rows = await db
        .select({ token: tokens, parentUuid: parent.uuid })
        .from(tokens)
        .leftJoin(parent, eq(parent.id, tokens.parentId))
        .where(and(eq(tokens.userId, userId), isNull(tokens.revokedAtMs)))
        .orderBy(desc(tokens.createdAtMs), desc(tokens.id));
      return rows.map(({ token, parentUuid }) => ({
        ...token,
        parentUuid,
        scopes: token.scopes as Scope[],
      }));
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
      const nowMs = clock();
      const [revoked, left] = await batchAround(
        db,
        [],
        [
          db
            .update(tokens)
            .set({ revokedAtMs: nowMs })
            .where(
              and(eq(tokens.uuid, uuid), eq(tokens.userId, userId), isNull(tokens.revokedAtMs)),
            )
            .returning({ id: tokens.id }),
          db.all<{ uuid: string }>(sql`${withTree(uuid)}
            select uuid from tokens where id in (select id from tree) and revoked_at_ms is null
              and (expires_at_ms is null or expires_at_ms > ${nowMs})
            order by id`),
        ],
      );
      return revoked.length > 0
        ? ok(left.map((token) => token.uuid))
        : err({ reason: "token_not_found" });
    },

    async revokeTree(uuid) {
      const ended = await db.all<{ uuid: string }>(sql`${withTree(uuid)}
        update tokens set revoked_at_ms = ${clock()}
        where id in (select id from tree) and revoked_at_ms is null returning uuid`);
      return ended.length > 0
        ? ok(ended.map((token) => token.uuid).filter((one) => one !== uuid))
        : err({ reason: "token_not_found" });
    },
  };
}
