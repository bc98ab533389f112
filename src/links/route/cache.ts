/**
 * The isolate's caches of records, limited by bytes, with least recently used eviction.
 *
 * Ages are absolute: a hit does not refresh an entry, so an edit reaches even the hottest link.
 * Misses have a small cache of their own, so that a scan of random codes evicts nothing else.
 */

import type { RouteRecord } from "./record.ts";

export interface RouteCache<R = RouteRecord> {
  /** Returns an entry at most `ageMsMax` old, or undefined; null is a cached miss. */
  get(key: string, nowMs: number): R | null | undefined;
  /** Returns an entry of any age, to be served when no other source answers. */
  getStale(key: string, nowMs: number): R | undefined;
  /** `readAtMs` is when the read began: the data may be older than the time of the answer. */
  put(key: string, record: R, bytes: number, readAtMs: number): void;
  putMiss(key: string, readAtMs: number): void;
  forget(key: string): void;
}

interface Entry<R> {
  readonly record: R | null;
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

/** An entry's cost beyond its text: the parsed object, the map's slot and the key. */
const ENTRY_BYTES = 600;

export const ROUTE_CACHE_LIMITS: RouteCacheLimits = {
  bytesMax: 16_000_000,
  missBytesMax: 1_000_000,
  ageMsMax: 5_000,
  missAgeMsMax: 1_000,
  staleMsMax: 600_000,
};

export function createRouteCache<R = RouteRecord>(limits: RouteCacheLimits): RouteCache<R> {
  const found = createLru<R>(limits.bytesMax);
  const missed = createLru<R>(limits.missBytesMax);
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

interface Lru<R> {
  get(key: string): Entry<R> | undefined;
  set(key: string, entry: Entry<R>): void;
  delete(key: string): void;
}

/** A Map keeps insertion order, so its first key is the least recently used. */
function createLru<R>(bytesMax: number): Lru<R> {
  const entries = new Map<string, Entry<R>>();
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

/**
 * The only cache of route records in this isolate, shared by the redirect, which reads, and the API, which writes.
 */
export const routeCache: RouteCache = createRouteCache(ROUTE_CACHE_LIMITS);
