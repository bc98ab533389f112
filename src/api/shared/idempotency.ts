/**
 * `Idempotency-Key`: a repeated POST makes no second change, and is answered from what the first
 * one created.
 *
 * A key is claimed before the change. The ids of what was created are written in the change's own
 * D1 batch, so that at no moment one exists without the other.
 */

import { type SQL, sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";

import { type Alongside, batchAround, type Statement } from "../../db/batch.ts";
import type { Database } from "../../db/database.ts";
import { hex } from "../../platform/bytes.ts";
import { DAY_MS, MINUTE_MS } from "../../platform/clock.ts";
import { derivedKey } from "../../platform/derived-key.ts";
import { hmacSha256 } from "../../platform/hmac.ts";
import { tolerate } from "../../platform/log.ts";
import { err, ok, type Result } from "../../platform/result.ts";
import { secretOf, type Secrets } from "../../platform/secrets.ts";

/** How long a key is remembered. */
const KEY_AGE_MS = DAY_MS;
/** A request that has not finished by then never will, so its key may be used again. */
const CLAIM_AGE_MS = MINUTE_MS;
const KEY_LENGTH_MAX = 255;

export type IdempotencyRefusal =
  | { readonly reason: "idempotency_key_invalid"; readonly lengthMax: number }
  | { readonly reason: "idempotency_key_reused" }
  | { readonly reason: "idempotency_in_flight"; readonly retryAfterSeconds: number }
  /** What the first request created has been deleted. */
  | { readonly reason: "idempotency_result_gone" };

export interface OnceRequest {
  readonly db: Database;
  /** The header as received; undefined runs the change without idempotency. */
  readonly key: string | undefined;
  /** The owner of the key: `<user id>/<workspace id>`. */
  readonly principal: string;
  /** Method and path. */
  readonly operation: string;
  /** The body as parsed: a different one under the same key is refused. */
  readonly body: unknown;
  /** The fingerprint's key comes from one of them. */
  readonly secrets: Secrets;
  readonly nowMs: number;
}

export interface Once<T, E> {
  /** The table that holds the ids from which the response is built. */
  readonly table: SQLiteTable;
  /** Makes the change, with `alongside`'s statements for the rows' UUIDs in its batch. */
  change(alongside: Alongside): Promise<Result<T, E>>;
  /**
   * Rebuilds the response from the ids, which are in the order of the UUIDs passed to `alongside`,
   * with 0 where nothing was created. Null if the rows no longer exist.
   */
  rebuild(ids: readonly number[]): Promise<T | null>;
}

export interface OnceOutcome<T> {
  readonly value: T;
  readonly replayed: boolean;
}

/** Makes a change at most once per key. A refused change leaves the key unused. */
export async function runOnce<T, E>(
  request: OnceRequest,
  once: Once<T, E>,
): Promise<Result<OnceOutcome<T>, E | IdempotencyRefusal>> {
  if (request.key === undefined) return fresh(await once.change(() => []));
  const key = parseKey(request.key);
  if (key === null) return err({ reason: "idempotency_key_invalid", lengthMax: KEY_LENGTH_MAX });
  const fingerprint = await fingerprintOf(request);
  const earlier = await claim(request, key, fingerprint);
  if (earlier !== null) {
    if (earlier.fingerprint !== fingerprint) return err({ reason: "idempotency_key_reused" });
    if (earlier.result === null) return err(IN_FLIGHT);
    const value = await once.rebuild(JSON.parse(earlier.result) as number[]);
    return value === null
      ? err({ reason: "idempotency_result_gone" })
      : ok({ value, replayed: true });
  }
  const mine = rowOf(request, key);
  try {
    const result = await once.change((uuids) => [completion(request, mine, once.table, uuids)]);
    if (!result.ok) await release(request, mine);
    return fresh(result);
  } catch (error) {
    if (isClaimLost(error)) return err(IN_FLIGHT);
    await tolerate("idempotency.release.failed", release(request, mine));
    throw error;
  }
}

/**
 * Fingerprints the body with a key, since a body may hold a link's password: by a plain digest, any
 * reader of D1 could try passwords against it, a million times faster than against their hash.
 */
async function fingerprintOf({ secrets, principal, body }: OnceRequest): Promise<string> {
  const key = await derivedKey(await secretOf(secrets, "AUTH_SECRET"), "idempotency");
  return hex(await hmacSha256(key, `${principal}/${JSON.stringify(body)}`));
}

interface Earlier {
  readonly fingerprint: string;
  readonly result: string | null;
}

/** Claims the key, or returns what an earlier request stored under it. */
async function claim(
  { db, principal, operation, nowMs }: OnceRequest,
  key: string,
  fingerprint: string,
): Promise<Earlier | null> {
  const [claimed, known] = await batchAround(
    db,
    [],
    [
      db.all(sql`
      insert into idempotency_keys (principal, operation, key, fingerprint, created_at_ms)
      values (${principal}, ${operation}, ${key}, ${fingerprint}, ${nowMs})
      on conflict (principal, operation, key) do update
      set fingerprint = excluded.fingerprint, result = null, created_at_ms = excluded.created_at_ms
      where idempotency_keys.created_at_ms <= ${nowMs - KEY_AGE_MS}
        or (idempotency_keys.result is null
          and idempotency_keys.created_at_ms <= ${nowMs - CLAIM_AGE_MS})
      returning key`),
      db.all<Earlier>(sql`
      select fingerprint, result from idempotency_keys
      where principal = ${principal} and operation = ${operation} and key = ${key}`),
    ],
  );
  return claimed.length > 0 ? null : (known[0] ?? null);
}

function rowOf({ principal, operation }: OnceRequest, key: string): SQL {
  return sql`principal = ${principal} and operation = ${operation} and key = ${key}`;
}

/**
 * Stores the ids of the rows that the change created, if any.
 *
 * If another request has taken over the key meanwhile (this one was stalled for a minute), the
 * fingerprint would become null, which its column refuses: the whole batch is then rolled back.
 */
function completion(
  { db, nowMs }: OnceRequest,
  row: SQL,
  table: SQLiteTable,
  uuids: readonly string[],
): Statement {
  const asked = sql`json_each(${JSON.stringify(uuids)}) as item`;
  const id = sql`(select made.id from ${table} as made where made.uuid = item.value)`;
  return db.run(sql`
    update idempotency_keys
    set result = (select json_group_array(coalesce(${id}, 0) order by item.key) from ${asked}),
      fingerprint = case when created_at_ms = ${nowMs} then fingerprint end
    where ${row} and exists (select 1 from ${asked} where ${id} is not null)`);
}

async function release({ db, nowMs }: OnceRequest, row: SQL): Promise<void> {
  await db.run(sql`
    delete from idempotency_keys where ${row} and result is null and created_at_ms = ${nowMs}`);
}

function isClaimLost(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return String(cause).includes("NOT NULL constraint failed: idempotency_keys.fingerprint");
}

/** Most requests end within a second; one that never ends frees its key after a minute. */
const IN_FLIGHT: IdempotencyRefusal = { reason: "idempotency_in_flight", retryAfterSeconds: 1 };

function fresh<T, E>(result: Result<T, E>): Result<OnceOutcome<T>, E> {
  return result.ok ? ok({ value: result.value, replayed: false }) : result;
}

/** Reads the key: a quoted string as in the IETF draft, or bare as most clients send it. */
function parseKey(header: string): string | null {
  const text = header.trim();
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(text)?.[1];
  const key = quoted === undefined ? text : quoted.replaceAll(/\\(["\\])/g, "$1");
  const wellFormed = /^[\u0020-\u007e]+$/.test(key) && !(quoted === undefined && key.includes('"'));
  return wellFormed && key.length <= KEY_LENGTH_MAX ? key : null;
}
