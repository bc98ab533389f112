/**
 * Repairs what interrupted requests left behind, row by row. Every sweep is idempotent and bounded.
 *
 * What needs packages is loaded when there is such a row, since this file is part of every start.
 */

import type { LedgerId } from "../ledger/ledger-id.ts";
import { type PendingPurge, purge } from "../links/purge.ts";
import { routeKey, type LinkAddress } from "../links/route/address.ts";
import { publish } from "../links/route/publish.ts";
import { DAY_MS, MINUTE_MS, SECOND_MS } from "../platform/clock.ts";
import { secretOf } from "../platform/secrets.ts";
import type { DueDomain } from "../workspaces/recheck-domain.ts";
import type { RowSweep } from "./row-sweep.ts";

/** Keeps the KV operations of one sweep far below the 1,000 that an invocation may make. */
const ROWS_MAX = 100;
/** Less than a second of the thread, which redirects share. */
const HASHES_MAX = 5;
const WORKSPACES_MAX = 5;
const DOMAINS_MAX = 20;
/** Rows in parallel. KV and D1 answer a few requests at once; a hundred would queue up. */
const AT_ONCE = 10;
/** Younger changes are skipped: the request that made the change is still publishing it. */
const PUBLISH_GRACE_MS = 2 * SECOND_MS;
/** Longer than any request lives, so that no request can still write the old record. */
const TOMBSTONE_AGE_MS = 2 * MINUTE_MS;
/** KV documents that a change is visible everywhere after this time or later. */
const LOOK_AGAIN_MS = MINUTE_MS;
const DOMAIN_CHECK_MS = DAY_MS;

/** True in SQL for a row of a sweep that has not failed; `key` is its key. */
function isFresh(sweep: string, key: string): string {
  return `NOT EXISTS (SELECT 1 FROM sweep_failures AS failed
    WHERE failed.sweep = '${sweep}' AND failed.row_key = ${key})`;
}

/** The keys of rows that are tried again, bound to ?1. */
const NUMBERS = "(SELECT CAST(value AS INTEGER) FROM json_each(?1))";

async function rowsOf<Row>(statement: D1PreparedStatement): Promise<Row[]> {
  const { results } = await statement.all<Row & Record<string, unknown>>();
  return results;
}

interface UnpublishedLink {
  readonly id: number;
  readonly version: number;
  /** Null while the link is parked. */
  readonly domain: string | null;
  readonly code: string;
}

/** Publishes links whose last change is not confirmed in KV. */
export const UNPUBLISHED: RowSweep<UnpublishedLink> = {
  name: "unpublished",
  rowsMax: ROWS_MAX,
  atOnce: AT_ONCE,
  fresh: ({ DB }, nowMs) =>
    rowsOf(
      DB.prepare(
        `SELECT id, version, domain, code FROM links INDEXED BY links_unpublished
         WHERE published_version < version AND updated_at_ms <= ?1
           AND ${isFresh("unpublished", "CAST(links.id AS TEXT)")}
         ORDER BY updated_at_ms LIMIT ?2`,
      ).bind(nowMs - PUBLISH_GRACE_MS, ROWS_MAX),
    ),
  again: ({ DB }, _nowMs, keys) =>
    rowsOf(
      DB.prepare(
        `SELECT id, version, domain, code FROM links
         WHERE id IN ${NUMBERS} AND published_version < version`,
      ).bind(JSON.stringify(keys)),
    ),
  keyOf: ({ id }) => String(id),
  async settle(env, { id, version, domain, code }) {
    if (domain !== null) await publishOrThrow(env, { domain, code });
    // On a default host, publishing has noted it.
    if (domain === "") return;
    // A parked link, on a domain that its workspace has lost, has nothing to publish.
    await env.DB.prepare(
      "UPDATE links SET published_version = ?2 WHERE id = ?1 AND published_version < ?2",
    )
      .bind(id, version)
      .run();
  },
};

async function publishOrThrow(env: Cloudflare.Env, address: LinkAddress): Promise<void> {
  if (!(await publish(env, address))) throw new Error("The link changed while it was published.");
}

interface Tombstone extends LinkAddress {
  readonly created_at_ms: number;
}

const TOMBSTONE = "SELECT domain, code, created_at_ms FROM route_tombstones";
/** Whether an address has a record: of a link or, with an empty code, of a domain. */
const TAKEN = `SELECT 1 FROM links WHERE domain = ?1 AND code = ?2 UNION ALL
  SELECT 1 FROM domains WHERE hostname = ?1 AND ?2 = '' AND verified_at_ms IS NOT NULL`;
const IS_FRESH_TOMBSTONE = isFresh("tombstones", "domain || '/' || code");

/**
 * Clears addresses that links have left or that domains have changed. Publishes each at once, and deletes its tombstone once it
 * is older than any request and KV agrees with D1.
 */
export const TOMBSTONES: RowSweep<Tombstone> = {
  name: "tombstones",
  rowsMax: ROWS_MAX,
  atOnce: AT_ONCE,
  fresh: ({ DB }, nowMs) =>
    rowsOf(
      DB.prepare(
        `${TOMBSTONE} INDEXED BY route_tombstones_by_sweep
         WHERE swept_at_ms IS NULL AND created_at_ms <= ?1 AND ${IS_FRESH_TOMBSTONE}
         UNION ALL
         ${TOMBSTONE} INDEXED BY route_tombstones_by_sweep
         WHERE swept_at_ms <= ?2 AND created_at_ms <= ?3 AND ${IS_FRESH_TOMBSTONE} LIMIT ?4`,
      ).bind(nowMs - PUBLISH_GRACE_MS, nowMs - LOOK_AGAIN_MS, nowMs - TOMBSTONE_AGE_MS, ROWS_MAX),
    ),
  again: ({ DB }, _nowMs, keys) =>
    rowsOf(
      DB.prepare(
        `${TOMBSTONE} WHERE (domain, code) IN (
           SELECT substr(value, 1, instr(value, '/') - 1), substr(value, instr(value, '/') + 1)
           FROM json_each(?1))`,
      ).bind(JSON.stringify(keys)),
    ),
  keyOf: ({ domain, code }) => `${domain}/${code}`,
  settle: clearTombstone,
};

async function clearTombstone(
  env: Cloudflare.Env,
  { domain, code, created_at_ms: createdAtMs }: Tombstone,
  nowMs: number,
): Promise<void> {
  const address = { domain, code };
  const isOld = createdAtMs <= nowMs - TOMBSTONE_AGE_MS;
  const look = { type: "text", cacheTtl: 30 } as const;
  const isSeenClean = isOld && (await env.ROUTES.get(routeKey(address), look)) === null;
  if (!isSeenClean) {
    // A later sweep reads KV again: only a read proves that the record is gone.
    await publishOrThrow(env, address);
    const taken = await env.DB.prepare(TAKEN).bind(domain, code).first();
    if (!isOld || taken === null) {
      await env.DB.prepare(
        `UPDATE route_tombstones SET swept_at_ms = ?4
         WHERE domain = ?1 AND code = ?2 AND created_at_ms = ?3`,
      )
        .bind(domain, code, createdAtMs, nowMs)
        .run();
      return;
    }
  }
  await env.DB.prepare(
    "DELETE FROM route_tombstones WHERE domain = ?1 AND code = ?2 AND created_at_ms = ?3",
  )
    .bind(domain, code, createdAtMs)
    .run();
}

const PURGE = `SELECT link_id AS linkId, link_uuid AS uuid, ledger,
  link_created_at_ms AS createdAtMs, reset_at_ms AS resetAtMs FROM pending_purges`;

/** Makes Ledgers and gates forget links whose deletion or reset did not get that far. */
export const PURGES: RowSweep<PendingPurge> = {
  name: "purges",
  rowsMax: ROWS_MAX,
  atOnce: AT_ONCE,
  fresh: ({ DB }) =>
    rowsOf(
      DB.prepare(
        `${PURGE} WHERE ${isFresh("purges", "CAST(link_id AS TEXT)")} ORDER BY link_id LIMIT ?1`,
      ).bind(ROWS_MAX),
    ),
  again: ({ DB }, _nowMs, keys) =>
    rowsOf(DB.prepare(`${PURGE} WHERE link_id IN ${NUMBERS}`).bind(JSON.stringify(keys))),
  keyOf: ({ linkId }) => String(linkId),
  settle: (env, pending) => purge(env, pending),
};

interface Closure {
  readonly workspaceId: number;
  readonly ledger: LedgerId;
}

const CLOSURE = `SELECT workspace_id AS workspaceId, ledger FROM pending_closures`;

/** Continues deleting workspaces, a slice of links at a time. */
export const CLOSURES: RowSweep<Closure> = {
  name: "closures",
  rowsMax: WORKSPACES_MAX,
  atOnce: 1,
  fresh: ({ DB }) =>
    rowsOf(
      DB.prepare(
        `${CLOSURE} WHERE ${isFresh("closures", "CAST(workspace_id AS TEXT)")}
         ORDER BY created_at_ms, workspace_id LIMIT ?1`,
      ).bind(WORKSPACES_MAX),
    ),
  again: ({ DB }, _nowMs, keys) =>
    rowsOf(DB.prepare(`${CLOSURE} WHERE workspace_id IN ${NUMBERS}`).bind(JSON.stringify(keys))),
  keyOf: ({ workspaceId }) => String(workspaceId),
  async settle(env, closure, nowMs) {
    const { closeSlice } = await import("../workspaces/close-workspace.ts");
    if ((await closeSlice(env, closure, nowMs)) === "more") return "more";
    return undefined;
  },
};

const DUE_DOMAIN = `SELECT id, hostname, challenge, failed_checks, failing_since_ms FROM domains
  WHERE verified_at_ms IS NOT NULL AND checked_at_ms <= ?2`;

/** Checks the records of domains that were last checked a day ago. */
export const DOMAINS: RowSweep<DueDomain> = {
  name: "domains",
  rowsMax: DOMAINS_MAX,
  atOnce: AT_ONCE,
  fresh: ({ DB }, nowMs) =>
    rowsOf(
      DB.prepare(
        `${DUE_DOMAIN} AND ${isFresh("domains", "CAST(domains.id AS TEXT)")}
         ORDER BY checked_at_ms LIMIT ?1`,
      ).bind(DOMAINS_MAX, nowMs - DOMAIN_CHECK_MS),
    ),
  again: ({ DB }, nowMs, keys) =>
    rowsOf(
      DB.prepare(`${DUE_DOMAIN} AND id IN ${NUMBERS}`).bind(
        JSON.stringify(keys),
        nowMs - DOMAIN_CHECK_MS,
      ),
    ),
  keyOf: ({ id }) => String(id),
  async settle(env, domain, nowMs) {
    const { recheckDomain } = await import("../workspaces/recheck-domain.ts");
    await recheckDomain(env, domain, nowMs);
  },
};

interface SealedLink {
  readonly id: number;
  readonly uuid: string;
  readonly stored: string;
}

const SEALED = `SELECT id, uuid, password_hash AS stored FROM links INDEXED BY links_sealed
  WHERE substr(password_hash, 1, 8) = '$sealed$'`;

/**
 * Hashes passwords that a large call has sealed.
 *
 * The link's version stays, and with it KV's record and visitors' cookies: the password is the same.
 */
export const PASSWORDS: RowSweep<SealedLink> = {
  name: "passwords",
  rowsMax: HASHES_MAX,
  atOnce: 1,
  fresh: ({ DB }) =>
    rowsOf(
      DB.prepare(
        `${SEALED} AND ${isFresh("passwords", "CAST(links.id AS TEXT)")} ORDER BY id LIMIT ?1`,
      ).bind(HASHES_MAX),
    ),
  again: ({ DB }, _nowMs, keys) =>
    rowsOf(DB.prepare(`${SEALED} AND id IN ${NUMBERS}`).bind(JSON.stringify(keys))),
  keyOf: ({ id }) => String(id),
  async settle(env, { id, uuid, stored }) {
    const { unsealPassword } = await import("../platform/sealed-password.ts");
    const { hashPassword } = await import("../platform/password.ts");
    const keys = await secretOf(env, "ENCRYPTION_KEY");
    const hash = await hashPassword(await unsealPassword(keys, uuid, stored));
    // A password that was changed meanwhile is sealed differently, or hashed.
    await env.DB.prepare("UPDATE links SET password_hash = ?3 WHERE id = ?1 AND password_hash = ?2")
      .bind(id, stored, hash)
      .run();
  },
};

/**
 * Has Cloudflare for SaaS serve what workspaces have verified, and give up the rest. It counts its
 * failures itself, since its rows are due at times of their own.
 */
export async function settleDueHostnames(env: Cloudflare.Env, nowMs: number): Promise<number> {
  const due = await env.DB.prepare("SELECT 1 FROM custom_hostnames WHERE due_at_ms <= ?1 LIMIT 1")
    .bind(nowMs)
    .first();
  if (due === null) return 0;
  const { settleHostnames } = await import("../workspaces/settle-hostnames.ts");
  return settleHostnames(env, nowMs);
}
