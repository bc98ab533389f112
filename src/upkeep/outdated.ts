/**
 * Deletes rows that have expired: idempotency keys, held codes, sessions, invitations, revoked tokens
 * and the like.
 */

import { DAY_MS } from "../platform/clock.ts";
import { DEAD_LETTER_AGE_MS } from "../platform/dead-letters.ts";
import { tolerate } from "../platform/log.ts";

/** One statement deletes no more, so that even a backlog never makes one too long to finish. */
export const ROWS_MAX = 2_000;

const REVOKED_AGE_MS = 30 * DAY_MS;

interface Outdated {
  readonly table: string;
  /** The columns of the primary key. */
  readonly key: string;
  readonly column: string;
  readonly ageMs: number;
  /** A condition without which a row stays. */
  readonly where?: string;
}

const OUTDATED: readonly Outdated[] = [
  {
    table: "idempotency_keys",
    key: "principal, operation, key",
    column: "created_at_ms",
    ageMs: DAY_MS,
  },
  { table: "reserved_codes", key: "domain, code", column: "until_ms", ageMs: 0 },
  { table: "code_looks", key: "user_id", column: "since_ms", ageMs: DAY_MS },
  { table: "sessions", key: "id", column: "expires_at_ms", ageMs: 0 },
  { table: "invitations", key: "id", column: "expires_at_ms", ageMs: 0 },
  { table: "allowances", key: "key", column: "until_ms", ageMs: 0 },
  { table: "verifications", key: "id", column: "expires_at_ms", ageMs: 0 },
  { table: "sign_in_failures", key: "name", column: "last_at_ms", ageMs: DAY_MS },
  {
    table: "tokens",
    key: "id",
    column: "revoked_at_ms",
    ageMs: REVOKED_AGE_MS,
    // Through its row, revoking the token that made it finds those that it made.
    where: "NOT EXISTS (SELECT 1 FROM tokens AS made WHERE made.parent_id = tokens.id)",
  },
  { table: "dead_letters", key: "id", column: "created_at_ms", ageMs: DEAD_LETTER_AGE_MS },
];

/** Deletes a slice of each. A failure holds up no other. Returns whether there may be more. */
export async function dropOutdated(env: Cloudflare.Env, nowMs: number): Promise<boolean> {
  let goesOn = false;
  for (const { table, key, column, ageMs, where = "TRUE" } of OUTDATED) {
    const deletion = env.DB.prepare(
      `DELETE FROM ${table} WHERE (${key}) IN (
         SELECT ${key} FROM ${table} WHERE ${column} < ?1 AND ${where} LIMIT ?2)`,
    )
      .bind(nowMs - ageMs, ROWS_MAX)
      .run();
    const deleted = await tolerate("upkeep.outdated.failed", deletion, { sweep: table });
    // Rows of other tables that go with them are counted, too.
    goesOn ||= (deleted?.meta.changes ?? 0) >= ROWS_MAX;
  }
  return goesOn;
}
