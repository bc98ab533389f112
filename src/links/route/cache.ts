/**
 * The isolate's copies of route records, bounded by bytes, least recently used out first.
 *
 * Ages are absolute: a hit does not make a copy younger, so an edit reaches even the hottest link.
 * Misses live in a small cache of their own, where a scan of random codes can push out nothing else.
 */

import type { RouteRecord } from "./record.ts";

export interface RouteCache {
  /** Gives a copy at most `ageMsMax` old, or undefined; null is a remembered miss. */
  get(key: string, nowMs: number): RouteRecord | null | undefined;
  /** Gives a copy too old to be served in good times, for when nothing else answers. */
  getStale(key: string, nowMs: number): RouteRecord | undefined;
  /** `readAtMs` is when the read began: what it saw may be older than its answer. */
  put(key: string, record: RouteRecord, bytes: number, readAtMs: number): void;
  putMiss(key: string, readAtMs: number): void;
  forget(key: string): void;
}

interface Entry {
  readonly record: RouteRecord | null;
  readonly bytes: number;
  readonly readAtMs: number;
}

export interface RouteCacheLimits {
  readonly bytesMax: number;
  readonly missBytesMax: number;
  readonly ageMsMax: number;
  readonly missAgeMsMax: number;
  readonly staleMsMax: number;
}

/** A copy's cost beyond its text: the parsed object, the map's slot and the key. */
const ENTRY_BYTES = 600;

export const ROUTE_CACHE_LIMITS: RouteCacheLimits = {
  bytesMax: 16_000_000,
  missBytesMax: 1_000_000,
  ageMsMax: 5_000,
  missAgeMsMax: 1_000,
  staleMsMax: 600_000,
};

export function createRouteCache(limits: RouteCacheLimits): RouteCache {
  const found = createLru(limits.bytesMax);
  const missed = createLru(limits.missBytesMax);
  return {
    get(key, nowMs) {
      const entry = found.get(key);
      if (entry !== undefined && nowMs - entry.readAtMs < limits.ageMsMax) return entry.record;
      const miss = missed.get(key);
      if (miss !== undefined && nowMs - miss.readAtMs < limits.missAgeMsMax) return null;
      return undefined;
    },
    getStale(key, nowMs) {
      const entry = found.get(key);
      if (entry === undefined || nowMs - entry.readAtMs > limits.staleMsMax) return undefined;
      return entry.record ?? undefined;
    },
    put(key, record, bytes, readAtMs) {
      missed.delete(key);
      found.set(key, { record, bytes: bytes + key.length + ENTRY_BYTES, readAtMs });
    },
    putMiss(key, readAtMs) {
      found.delete(key);
      missed.set(key, { record: null, bytes: key.length + ENTRY_BYTES, readAtMs });
    },
    forget(key) {
      found.delete(key);
      missed.delete(key);
    },
  };
}

interface Lru {
  get(key: string): Entry | undefined;
  set(key: string, entry: Entry): void;
  delete(key: string): void;
}

/** A Map keeps insertion order, so the oldest use is its first key. */
function createLru(bytesMax: number): Lru {
  const entries = new Map<string, Entry>();
  let bytes = 0;
  function remove(key: string): void {
    const entry = entries.get(key);
    if (entry === undefined) return;
    bytes -= entry.bytes;
    entries.delete(key);
  }
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry;
    },
    set(key, entry) {
      remove(key);
      entries.set(key, entry);
      bytes += entry.bytes;
      for (const oldest of entries.keys()) {
        if (bytes <= bytesMax) break;
        remove(oldest);
      }
    },
    delete: remove,
  };
}

/** The one cache of this isolate, shared by the redirect that reads and the API that changes. */
export const routeCache: RouteCache = createRouteCache(ROUTE_CACHE_LIMITS);
