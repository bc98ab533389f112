/**
 * Repairs what interrupted requests left behind. Every sweep is idempotent and bounded. Sweeps that
 * work on rows return how many they settled.
 */

import { type PendingPurge, purge } from "../links/purge.ts";
import { routeKey, type LinkAddress } from "../links/route/address.ts";
import { publish } from "../links/route/publish.ts";
import { DAY_MS, MINUTE_MS, SECOND_MS } from "../platform/clock.ts";
import { tolerate } from "../platform/log.ts";

/** Keeps the KV operations of one sweep far below the 1,000 that an invocation may make. */
export const ROWS_MAX = 100;
/** Less than a second of the thread, which redirects share. */
const HASHES_MAX = 5;
/** Rows in parallel. KV and D1 answer a few requests at once; a hundred would queue up. */
const AT_ONCE = 10;
/** Younger changes are skipped: the request that made the change is still publishing it. */
const PUBLISH_GRACE_MS = 2 * SECOND_MS;
/** Longer than any request lives, so that no request can still write the old record. */
const TOMBSTONE_AGE_MS = 2 * MINUTE_MS;
/** KV documents that a change is visible everywhere after this time or later. */
const LOOK_AGAIN_MS = MINUTE_MS;
const IDEMPOTENCY_AGE_MS = DAY_MS;

interface AddressRow extends LinkAddress, Record<string, unknown> {
  readonly domain: string;
  readonly code: string;
}

interface UnpublishedRow extends Record<string, unknown> {
  readonly id: number;
  readonly version: number;
  /** Null while the link is parked. */
  readonly domain: string | null;
  readonly code: string;
}

/** Publishes links whose last change is not confirmed in KV. */
export async function publishUnpublished(env: Cloudflare.Env, nowMs: number): Promise<number> {
  const { results } = await env.DB.prepare(
    `SELECT id, version, domain, code FROM links INDEXED BY links_unpublished
     WHERE published_version < version AND updated_at_ms <= ?1 ORDER BY updated_at_ms LIMIT ?2`,
  )
    .bind(nowMs - PUBLISH_GRACE_MS, ROWS_MAX)
    .all<UnpublishedRow>();
  return settle(results, "upkeep.publish.failed", async ({ id, version, domain, code }) => {
    if (domain !== null && !(await publish(env, { domain, code }))) return false;
    // A parked link, on a domain that its workspace has lost, has nothing to publish.
    await env.DB.prepare(
      "UPDATE links SET published_version = ?2 WHERE id = ?1 AND published_version < ?2",
    )
      .bind(id, version)
      .run();
    return true;
  });
}

/**
 * Clears addresses that links have left. Publishes each at once, and deletes its tombstone once it
 * is older than any request and KV agrees with D1.
 */
export async function clearTombstones(env: Cloudflare.Env, nowMs: number): Promise<number> {
  const { results } = await env.DB.prepare(
    `SELECT domain, code, created_at_ms FROM route_tombstones INDEXED BY route_tombstones_by_sweep
     WHERE swept_at_ms IS NULL AND created_at_ms <= ?1
     UNION ALL
     SELECT domain, code, created_at_ms FROM route_tombstones INDEXED BY route_tombstones_by_sweep
     WHERE swept_at_ms <= ?2 AND created_at_ms <= ?3 LIMIT ?4`,
  )
    .bind(nowMs - PUBLISH_GRACE_MS, nowMs - LOOK_AGAIN_MS, nowMs - TOMBSTONE_AGE_MS, ROWS_MAX)
    .all<Tombstone>();
  return settle(results, "upkeep.tombstone.failed", (row) => clearTombstone(env, row, nowMs));
}

interface Tombstone extends AddressRow {
  readonly created_at_ms: number;
}

async function clearTombstone(
  env: Cloudflare.Env,
  { domain, code, created_at_ms: createdAtMs }: Tombstone,
  nowMs: number,
): Promise<boolean> {
  const address = { domain, code };
  const isOld = createdAtMs <= nowMs - TOMBSTONE_AGE_MS;
  const look = { type: "text", cacheTtl: 30 } as const;
  const isSeenClean = isOld && (await env.ROUTES.get(routeKey(address), look)) === null;
  if (!isSeenClean) {
    // A later sweep reads KV again: only a read proves that the record is gone.
    if (!(await publish(env, address))) return false;
    const taken = await env.DB.prepare("SELECT 1 FROM links WHERE domain = ?1 AND code = ?2")
      .bind(domain, code)
      .first();
    if (!isOld || taken === null) {
      await env.DB.prepare(
        `UPDATE route_tombstones SET swept_at_ms = ?4
         WHERE domain = ?1 AND code = ?2 AND created_at_ms = ?3`,
      )
        .bind(domain, code, createdAtMs, nowMs)
        .run();
      return true;
    }
  }
  await env.DB.prepare(
    "DELETE FROM route_tombstones WHERE domain = ?1 AND code = ?2 AND created_at_ms = ?3",
  )
    .bind(domain, code, createdAtMs)
    .run();
  return true;
}

/** Works on a few rows at a time. A failed row blocks no other, and waits for the next sweep. */
async function settle<T>(
  rows: readonly T[],
  event: string,
  work: (row: T) => Promise<boolean>,
): Promise<number> {
  let settled = 0;
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    const done = await Promise.all(
      rows.slice(at, at + AT_ONCE).map((row) => tolerate(event, work(row))),
    );
    settled += done.filter((isDone) => isDone === true).length;
  }
  return settled;
}

/** Makes Ledgers and gates forget links whose deletion did not get that far. */
export async function forgetPurgedLinks(env: Cloudflare.Env): Promise<number> {
  const { results } = await env.DB.prepare(
    `SELECT link_id AS linkId, link_uuid AS uuid, ledger, link_created_at_ms AS createdAtMs
     FROM pending_purges ORDER BY link_id LIMIT ?1`,
  )
    .bind(ROWS_MAX)
    .all<PendingPurge & Record<string, unknown>>();
  let settled = 0;
  for (const pending of results) {
    const { linkId } = pending;
    const done = await tolerate("upkeep.purge.failed", purge(env, pending), { linkId });
    if (done !== null) settled += 1;
  }
  return settled;
}

/**
 * Hashes passwords that a large call has sealed. Returns whether there may be more.
 *
 * The link's version stays, and with it KV's record and visitors' cookies: the password is the same.
 */
export async function hashSealedPasswords(env: Cloudflare.Env): Promise<boolean> {
  const { results } = await env.DB.prepare(
    `SELECT id, uuid, password_hash AS stored FROM links INDEXED BY links_sealed
     WHERE substr(password_hash, 1, 8) = '$sealed$' ORDER BY id LIMIT ?1`,
  )
    .bind(HASHES_MAX)
    .all<SealedRow>();
  if (results.length === 0) return false;
  const { unsealPassword } = await import("../platform/sealed-password.ts");
  const { hashPassword } = await import("../platform/password.ts");
  for (const { id, uuid, stored } of results) {
    const work = async () => {
      const hash = await hashPassword(await unsealPassword(env.ENCRYPTION_KEY, uuid, stored));
      await env.DB.prepare(
        "UPDATE links SET password_hash = ?3 WHERE id = ?1 AND password_hash = ?2",
      )
        .bind(id, stored, hash)
        .run();
    };
    await tolerate("upkeep.password.failed", work(), { linkId: id });
  }
  return results.length === HASHES_MAX;
}

interface SealedRow extends Record<string, unknown> {
  readonly id: number;
  readonly uuid: string;
  readonly stored: string;
}

/** Deletes expired rows: idempotency keys, held codes, sessions, invitations and the like. */
export async function dropOutdated(env: Cloudflare.Env, nowMs: number): Promise<void> {
  await env.DB.batch([
    env.DB.prepare("DELETE FROM idempotency_keys WHERE created_at_ms < ?1").bind(
      nowMs - IDEMPOTENCY_AGE_MS,
    ),
    env.DB.prepare("DELETE FROM reserved_codes WHERE until_ms < ?1").bind(nowMs),
    env.DB.prepare("DELETE FROM code_looks WHERE since_ms < ?1").bind(nowMs - DAY_MS),
    env.DB.prepare("DELETE FROM sessions WHERE expires_at_ms < ?1").bind(nowMs),
    env.DB.prepare("DELETE FROM invitations WHERE expires_at_ms < ?1").bind(nowMs),
    env.DB.prepare("DELETE FROM allowances WHERE until_ms < ?1").bind(nowMs),
    env.DB.prepare("DELETE FROM verifications WHERE expires_at_ms < ?1").bind(nowMs),
    env.DB.prepare("DELETE FROM sign_in_failures WHERE last_at_ms < ?1").bind(nowMs - DAY_MS),
  ]);
}

/** Continues deleting workspaces. Returns whether more can be done at once. */
export async function closeDeletedWorkspaces(env: Cloudflare.Env, nowMs: number): Promise<boolean> {
  const closing = await env.DB.prepare("SELECT 1 FROM pending_closures LIMIT 1").first();
  if (closing === null) return false;
  // Lazy, because it needs packages and this file is part of every start.
  const { closeWorkspaces } = await import("../workspaces/close-workspace.ts");
  return closeWorkspaces(env, nowMs);
}

/** Checks the records of domains that were last checked a day ago. Returns how many. */
export async function recheckDueDomains(env: Cloudflare.Env, nowMs: number): Promise<number> {
  const due = await env.DB.prepare(
    "SELECT 1 FROM domains WHERE verified_at_ms IS NOT NULL AND checked_at_ms <= ?1 LIMIT 1",
  )
    .bind(nowMs - DAY_MS)
    .first();
  if (due === null) return 0;
  const { recheckDomains } = await import("../workspaces/recheck-domains.ts");
  return recheckDomains(env, nowMs);
}

/** Has Cloudflare for SaaS serve what workspaces have verified, and give up the rest. */
export async function settleDueHostnames(env: Cloudflare.Env, nowMs: number): Promise<number> {
  const due = await env.DB.prepare("SELECT 1 FROM custom_hostnames WHERE due_at_ms <= ?1 LIMIT 1")
    .bind(nowMs)
    .first();
  if (due === null) return 0;
  const { settleHostnames } = await import("../workspaces/settle-hostnames.ts");
  return settleHostnames(env, nowMs);
}
