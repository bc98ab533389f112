/** Writes records to KV that a reader found missing there. */

import type { LinkAddress } from "../links/route/address.ts";
import type { publishRead } from "../links/route/publish.ts";
import type { StoredRoute } from "../links/route/store.ts";
import { MINUTE_MS } from "../platform/clock.ts";
import { tolerate } from "../platform/log.ts";

/**
 * Publishes a record that was read from D1. Never throws.
 *
 * Writes each version at most once a minute. KV caches a miss for about that long, so an isolate
 * would otherwise rewrite a hot link every five seconds.
 */
export type WriteBack = (
  env: Cloudflare.Env,
  address: LinkAddress,
  route: StoredRoute,
  nowMs: number,
) => Promise<void>;

const KNOWN_MAX = 1_000;

/** Creates the write-back of this isolate. `write` may load its module on the first call. */
export function createWriteBack(write: typeof publishRead): WriteBack {
  const publishedAtMs = new Map<string, number>();
  return async (env, address, route, nowMs) => {
    const { linkId, version } = route.record;
    const name = `${linkId}@${version}`;
    if (nowMs - (publishedAtMs.get(name) ?? 0) < MINUTE_MS) return;
    const isPublished = await tolerate("redirect.write_back.failed", write(env, address, route));
    if (isPublished !== true) return;
    if (publishedAtMs.size >= KNOWN_MAX) publishedAtMs.clear();
    publishedAtMs.set(name, nowMs);
  };
}
