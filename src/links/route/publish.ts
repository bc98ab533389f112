/**
 * Keeps KV in step with D1. `publish` is the only writer of records, those of links and those of
 * custom domains, both for changes and for redirects that found KV empty.
 */

import { waitUntil } from "cloudflare:workers";

import { DAY_MS } from "../../platform/clock.ts";
import { log, tolerate } from "../../platform/log.ts";
import { isHostAddress, routeKey, type LinkAddress } from "./address.ts";
import { routeCache } from "./cache.ts";
import { hostCache, type HostRecord } from "./host-record.ts";
import { readHost } from "./host-store.ts";
import type { RouteRecord, Stored } from "./record.ts";
import { readRoute, type StoredRoute } from "./store.ts";

/** What KV holds at an address. */
type AnyRecord = RouteRecord | HostRecord;
type AnyStored = StoredRoute | Stored<HostRecord>;

/** Removes a record that is not published again, whatever went wrong. */
const ROUTE_TTL_SECONDS = (7 * DAY_MS) / 1_000;
/** KV accepts one write per second and key, and refuses others with 429. */
const KV_WRITE_INTERVAL_MS = 1_100;
const ATTEMPTS_MAX = 4;

/**
 * Makes KV hold what D1 holds for an address: writes, reads D1's version again, and repeats until
 * the two agree. A write that KV refuses is repeated as well.
 *
 * Resolves to false if they still differ after four attempts; `published_version` (or a tombstone)
 * then keeps the address in the sweep.
 */
export async function publish(env: Cloudflare.Env, address: LinkAddress): Promise<boolean> {
  let stored = await readStored(env.DB, address);
  for (let attempt = 1; ; attempt += 1) {
    const refused = await refusalOf(writeRecord(env.ROUTES, address, stored?.record ?? null));
    const current = await readStored(env.DB, address);
    if (refused === null && (await agree(env.DB, stored, current))) return true;
    if (attempt === ATTEMPTS_MAX) {
      if (refused !== null) log("warn", "link.publish.refused", { error: refused, attempt });
      return false;
    }
    stored = current;
    await scheduler.wait(KV_WRITE_INTERVAL_MS);
  }
}

/**
 * Publishes a record that a redirect has read from D1, because KV did not show it. Resolves to
 * false if KV refuses the first write: then another isolate has probably just written the same.
 */
export async function publishRead(
  env: Cloudflare.Env,
  address: LinkAddress,
  known: Stored<AnyRecord>,
): Promise<boolean> {
  // A replica's may be outdated, and what KV is given may be read for longer than that.
  if (known.isNearby === true) return publish(env, address);
  if ((await refusalOf(writeRecord(env.ROUTES, address, known.record))) !== null) return false;
  const current = await readStored(env.DB, address);
  if (await agree(env.DB, known, current)) return true;
  // It has changed since it was read, so KV now holds an old record.
  await scheduler.wait(KV_WRITE_INTERVAL_MS);
  return publish(env, address);
}

function readStored(db: D1Database, address: LinkAddress): Promise<AnyStored | null> {
  return isHostAddress(address) ? readHost(db, address) : readRoute(db, address);
}

/** Whether KV was given what D1 holds now; if so, the version of a link is marked as published. */
async function agree(
  db: D1Database,
  written: Stored<AnyRecord> | null,
  current: AnyStored | null,
): Promise<boolean> {
  if (!sameVersion(written, current)) return false;
  if (current !== null && "publishedVersion" in current) await markPublished(db, current);
  return true;
}

/** Returns what KV threw for a write, or null if it accepted the write. */
async function refusalOf(write: Promise<void>): Promise<unknown> {
  try {
    await write;
    return null;
  } catch (error) {
    return error ?? new Error("KV refused a write without a reason.");
  }
}

/**
 * Drops the isolate's cached records of what has changed in D1, and publishes it after the response
 * is sent. Returns at once; the sweep retries what fails.
 */
export function publishSoon(env: Cloudflare.Env, addresses: readonly LinkAddress[]): void {
  for (const address of addresses) {
    (isHostAddress(address) ? hostCache : routeCache).forget(routeKey(address));
    waitUntil(tolerate("link.publish.failed", publish(env, address)));
  }
}

/**
 * How long until a change is expected to be live everywhere: KV's 60 s, its edge cache's 30 s and
 * the isolate's 5 s.
 */
export const LIVE_AFTER_MS = 95_000;

async function writeRecord(
  routes: KVNamespace,
  address: LinkAddress,
  record: AnyRecord | null,
): Promise<void> {
  const key = routeKey(address);
  if (record === null) return routes.delete(key);
  return routes.put(key, JSON.stringify(record), { expirationTtl: ROUTE_TTL_SECONDS });
}

/**
 * Whether two records are of the same link or claim, and version. A code that was purged and created
 * again is another link, so versions alone are not enough.
 */
function sameVersion(a: Stored<AnyRecord> | null, b: Stored<AnyRecord> | null): boolean {
  if (a === null || b === null) return a === b;
  return idOf(a.record) === idOf(b.record) && a.record.version === b.record.version;
}

function idOf(record: AnyRecord): number {
  return "linkId" in record ? record.linkId : record.domainId;
}

async function markPublished(db: D1Database, route: StoredRoute): Promise<void> {
  const { linkId, version } = route.record;
  if (route.publishedVersion >= version) return;
  await db
    .prepare("UPDATE links SET published_version = ?2 WHERE id = ?1 AND published_version < ?2")
    .bind(linkId, version)
    .run();
}
