/**
 * Repairs what interrupted requests left behind. Every sweep is idempotent and bounded; each tells
 * how many rows it settled.
 */

import { gateFor } from "../gates/stub.ts";
import type { LedgerId } from "../ledger/ledger-id.ts";
import { ledgerFor } from "../ledger/stub.ts";
import { routeKey, type LinkAddress } from "../links/address.ts";
import { publish } from "../links/publish.ts";
import { DAY_MS, MINUTE_MS, SECOND_MS } from "../platform/clock.ts";
import { tolerate } from "../platform/log.ts";

/** KV operations of one sweep stay far below the 1,000 that an invocation may make. */
const ROWS_MAX = 100;
/** Left alone for a moment: whoever changed the link is still publishing it. */
const PUBLISH_GRACE_MS = 2 * SECOND_MS;
/** Longer than any request lives, so that no reader can still be about to write the old record. */
const TOMBSTONE_AGE_MS = 2 * MINUTE_MS;
const IDEMPOTENCY_AGE_MS = DAY_MS;

type AddressRow = LinkAddress & Record<string, unknown>;

/** Publishes links whose change KV has not been seen to hold. */
export async function publishUnpublished(env: Cloudflare.Env, nowMs: number): Promise<number> {
  const { results } = await env.DB.prepare(
    `SELECT domain, code FROM links INDEXED BY links_unpublished
     WHERE published_version < version AND updated_at_ms <= ?1 ORDER BY updated_at_ms LIMIT ?2`,
  )
    .bind(nowMs - PUBLISH_GRACE_MS, ROWS_MAX)
    .all<AddressRow>();
  let settled = 0;
  for (const address of results) {
    if (await tolerate("upkeep.publish.failed", publish(env, address))) settled += 1;
  }
  return settled;
}

/**
 * Clears addresses that links have left: once a tombstone is older than any request, and KV has been
 * seen to agree with D1, the tombstone goes.
 */
export async function clearTombstones(env: Cloudflare.Env, nowMs: number): Promise<number> {
  const { results } = await env.DB.prepare(
    `SELECT domain, code FROM route_tombstones WHERE created_at_ms <= ?1
     ORDER BY created_at_ms LIMIT ?2`,
  )
    .bind(nowMs - TOMBSTONE_AGE_MS, ROWS_MAX)
    .all<AddressRow>();
  let settled = 0;
  for (const address of results) {
    if (await tolerate("upkeep.tombstone.failed", clearTombstone(env, address, nowMs)))
      settled += 1;
  }
  return settled;
}

async function clearTombstone(
  env: Cloudflare.Env,
  address: LinkAddress,
  nowMs: number,
): Promise<boolean> {
  const stored = await env.ROUTES.get(routeKey(address), { type: "text", cacheTtl: 30 });
  if (stored !== null) {
    // Published again, and looked at again by a later sweep: only a look proves that it is gone.
    await publish(env, address);
    const taken = await env.DB.prepare("SELECT 1 FROM links WHERE domain = ?1 AND code = ?2")
      .bind(address.domain, address.code)
      .first();
    if (taken === null) return false;
  }
  await env.DB.prepare(
    "DELETE FROM route_tombstones WHERE domain = ?1 AND code = ?2 AND created_at_ms <= ?3",
  )
    .bind(address.domain, address.code, nowMs - TOMBSTONE_AGE_MS)
    .run();
  return true;
}

/** Has Ledgers forget the clicks of purged links, and gates what they guarded. */
export async function forgetPurgedLinks(env: Cloudflare.Env): Promise<number> {
  const { results } = await env.DB.prepare(
    "SELECT link_id, ledger, link_created_at_ms FROM pending_purges ORDER BY link_id LIMIT ?1",
  )
    .bind(ROWS_MAX)
    .all<PendingPurge>();
  let settled = 0;
  for (const row of results) {
    const done = await tolerate("upkeep.purge.failed", forget(env, row), { linkId: row.link_id });
    if (done === null) continue;
    await env.DB.prepare("DELETE FROM pending_purges WHERE link_id = ?1").bind(row.link_id).run();
    settled += 1;
  }
  return settled;
}

/** Drops what has outlived its use: idempotency keys, and codes held back for 90 days. */
export async function dropOutdated(env: Cloudflare.Env, nowMs: number): Promise<void> {
  await env.DB.batch([
    env.DB.prepare("DELETE FROM idempotency_keys WHERE created_at_ms < ?1").bind(
      nowMs - IDEMPOTENCY_AGE_MS,
    ),
    env.DB.prepare("DELETE FROM reserved_codes WHERE until_ms < ?1").bind(nowMs),
    env.DB.prepare("DELETE FROM sessions WHERE expires_at_ms < ?1").bind(nowMs),
    env.DB.prepare("DELETE FROM verifications WHERE expires_at_ms < ?1").bind(nowMs),
    env.DB.prepare("DELETE FROM auth_rate_limits WHERE last_request < ?1").bind(nowMs - DAY_MS),
  ]);
}

interface PendingPurge extends Record<string, unknown> {
  readonly link_id: number;
  readonly ledger: LedgerId;
  readonly link_created_at_ms: number;
}

async function forget(env: Cloudflare.Env, purge: PendingPurge): Promise<true> {
  const { link_id: linkId, ledger, link_created_at_ms: createdAtMs } = purge;
  await ledgerFor(env, ledger).purgeLink(linkId, createdAtMs);
  await gateFor(env, { linkId, ledger }).forget();
  return true;
}
