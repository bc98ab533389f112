/** Writes records to KV that a reader found missing there. */

import { routeKey, type LinkAddress } from "../links/route/address.ts";
import type { HostRecord } from "../links/route/host-record.ts";
import type { publishRead } from "../links/route/publish.ts";
import type { RouteRecord, Stored } from "../links/route/record.ts";
import { MINUTE_MS } from "../platform/clock.ts";
import { tolerate } from "../platform/log.ts";

/**
 * Publishes a record that was read from D1. Never throws.
 *
 * Writes each version at most once a minute. KV caches a miss for about that long, so an isolate
 * would otherwise rewrite a hot link every five seconds.
 */
export type WriteBack<R = RouteRecord | HostRecord> = (
  env: Cloudflare.Env,
  address: LinkAddress,
  stored: Stored<R>,
  nowMs: number,
) => Promise<void>;

const KNOWN_MAX = 1_000;

/** Creates the write-back of this isolate. `write` may load its module on the first call. */
export function createWriteBack(write: typeof publishRead): WriteBack {
  const publishedAtMs = new Map<string, number>();
  return async (env, address, stored, nowMs) => {
    const name = `${routeKey(address)}@${stored.record.version}`;
    if (nowMs - (publishedAtMs.get(name) ?? 0) < MINUTE_MS) return;
    const isPublished = await tolerate("redirect.write_back.failed", write(env, address, stored));
    if (isPublished !== true) return;
    if (publishedAtMs.size >= KNOWN_MAX) publishedAtMs.clear();
    publishedAtMs.set(name, nowMs);
  };
}
