/**
 * Finds the record of an address: in the isolate, then KV, then D1.
 *
 * A miss in KV is not trusted, since KV caches misses: D1 is asked, so a link works from the moment
 * it is created. If KV and D1 both fail, a copy up to ten minutes old is served.
 */

import { routeKey, type LinkAddress } from "../links/route/address.ts";
import type { RouteCache } from "../links/route/cache.ts";
import { parseRecord, type RouteRecord, type Stored } from "../links/route/record.ts";
import { addressGroup } from "../platform/address-group.ts";
import { within } from "../platform/deadline.ts";
import { log } from "../platform/log.ts";
import type { MissLimiter } from "./miss-limiter.ts";
import type { WriteBack } from "./write-back.ts";

/** What every record says. */
type AnyRecord = Pick<RouteRecord, "schema" | "version">;

export type Lookup<R extends AnyRecord = RouteRecord> =
  | { readonly kind: "found"; readonly record: R }
  | { readonly kind: "unknown" }
  /** The visitor scans for codes, so D1 was not asked: the code may exist. */
  | { readonly kind: "refused" }
  /** No storage answers, or D1 was not asked since too many visitors scan. */
  | { readonly kind: "unavailable" };

export interface LookupRequest {
  readonly address: LinkAddress;
  /** Returns the visitor's network address, or null if unknown. Called only on a miss. */
  readonly visitorAddress: () => string | null;
  readonly nowMs: number;
}

export interface LookupParts<R extends AnyRecord = RouteRecord> {
  readonly cache: RouteCache<R>;
  readonly limiter: MissLimiter;
  readonly writeBack: WriteBack<R>;
  /** Loaded with the first address that KV does not know. */
  readRoute(this: void, db: D1Database, address: LinkAddress): Promise<Stored<R> | null>;
}

/** The shortest cache time that KV accepts. */
const KV_CACHE_TTL_SECONDS = 30;
const KV_DEADLINE_MS = 1_500;
const D1_DEADLINE_MS = 3_000;

type Waiter = Pick<ExecutionContext, "waitUntil">;

const UNKNOWN = { kind: "unknown" } as const;
const REFUSED = { kind: "refused" } as const;
const UNAVAILABLE = { kind: "unavailable" } as const;

/** Looks a record up. Synchronous if the isolate has a copy. */
export function lookup<R extends AnyRecord>(
  request: LookupRequest,
  parts: LookupParts<R>,
  env: Cloudflare.Env,
  ctx: Waiter,
): Lookup<R> | Promise<Lookup<R>> {
  const key = routeKey(request.address);
  const copy = parts.cache.get(key, request.nowMs);
  if (copy === undefined) return fetchRoute(key, request, parts, env, ctx);
  return copy === null ? UNKNOWN : found(copy);
}

async function fetchRoute<R extends AnyRecord>(
  key: string,
  { address, visitorAddress, nowMs }: LookupRequest,
  { cache, limiter, writeBack, readRoute }: LookupParts<R>,
  env: Cloudflare.Env,
  ctx: Waiter,
): Promise<Lookup<R>> {
  const asker = visitorAddress();
  const group = asker === null ? null : addressGroup(asker);
  const stored = await readKv<R>(env.ROUTES, key);
  if (stored.kind === "found") {
    cache.put(key, stored.record, stored.bytes, nowMs);
    return found(stored.record);
  }
  // After a failure of KV the code may well exist, and the limit would stop ordinary visits.
  const admission = stored.kind === "missing" ? limiter.admit(group, nowMs) : null;
  if (admission === "refused") return REFUSED;
  if (admission === "exhausted") return UNAVAILABLE;

  try {
    const route = await within(D1_DEADLINE_MS, readRoute(env.DB, address));
    if (route === null) {
      cache.putMiss(key, nowMs);
      if (admission !== null) ctx.waitUntil(limiter.tell(env.MISS_LIMIT, group, nowMs));
      return UNKNOWN;
    }
    if (admission !== null) limiter.forgive(group);
    cache.put(key, route.record, JSON.stringify(route.record).length, nowMs);
    ctx.waitUntil(writeBack(env, address, route, nowMs));
    return found(route.record);
  } catch (error) {
    if (admission !== null) limiter.forgive(group);
    log("error", "redirect.d1.failed", { error });
    const stale = cache.getStale(key, nowMs);
    return stale === undefined ? UNAVAILABLE : found(stale);
  }
}

function found<R extends AnyRecord>(record: R): Lookup<R> {
  return { kind: "found", record };
}

type KvRead<R> =
  | { readonly kind: "found"; readonly record: R; readonly bytes: number }
  /** There is no usable record. After `outdated` and `failed`, the code may still exist. */
  | { readonly kind: "missing" | "outdated" | "failed" };

async function readKv<R extends AnyRecord>(routes: KVNamespace, key: string): Promise<KvRead<R>> {
  try {
    const text = await within(
      KV_DEADLINE_MS,
      routes.get(key, { type: "text", cacheTtl: KV_CACHE_TTL_SECONDS }),
    );
    if (text === null) return { kind: "missing" };
    const record = parseRecord(text) as R | null;
    return record === null ? { kind: "outdated" } : { kind: "found", record, bytes: text.length };
  } catch (error) {
    log("error", "redirect.kv.failed", { error });
    return { kind: "failed" };
  }
}
