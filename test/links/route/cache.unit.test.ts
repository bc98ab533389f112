import fc from "fast-check";
import { describe, it } from "vitest";

import type { LedgerId } from "../../../src/ledger/ledger-id.ts";
import { createRouteCache, type RouteCacheLimits } from "../../../src/links/route/cache.ts";
import type { RouteRecord } from "../../../src/links/route/record.ts";

const LIMITS: RouteCacheLimits = {
  bytesMax: 10_000,
  missBytesMax: 5_000,
  ageMsMax: 5_000,
  missAgeMsMax: 1_000,
  staleMsMax: 600_000,
};

function record(linkId: number): RouteRecord {
  return { schema: 1, linkId, version: 1, ledger: "1" as LedgerId, destination: "https://e.test/" };
}

describe("the isolate's cache", () => {
  it("evicts the least recently used record when its bytes are full", ({ expect }) => {
    const cache = createRouteCache(LIMITS);
    for (let n = 0; n < 5; n += 1) cache.put(`k${n}`, record(n), 1_390, 0);
    cache.get("k0", 0);
    cache.put("k5", record(5), 1_390, 0);
    expect(cache.get("k0", 0)?.linkId).toBe(0);
    expect(cache.get("k1", 0)).toBeUndefined();
  });

  it("does not let a scan of unknown codes evict a link", ({ expect }) => {
    const cache = createRouteCache(LIMITS);
    cache.put("hot", record(1), 100, 0);
    for (let n = 0; n < 10_000; n += 1) cache.putMiss(`miss${n}`, 0);
    expect(cache.get("hot", 0)?.linkId).toBe(1);
  });

  it("drops a miss when the link is found, and a link when it is missed", ({ expect }) => {
    const cache = createRouteCache(LIMITS);
    cache.putMiss("k", 0);
    expect(cache.get("k", 0)).toBeNull();
    cache.put("k", record(1), 100, 0);
    expect(cache.get("k", 0)?.linkId).toBe(1);
    cache.putMiss("k", 0);
    expect(cache.get("k", 0)).toBeNull();
    expect(cache.getStale("k", 0)).toBeUndefined();
  });

  it("never serves a record that is five seconds old or older, whatever happened before", ({
    expect,
  }) => {
    const step = fc.record({
      key: fc.constantFrom("a", "b", "c"),
      advance: fc.integer({ min: 0, max: 4_000 }),
      act: fc.constantFrom("get", "put", "miss", "forget"),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const cache = createRouteCache(LIMITS);
        const readAt = new Map<string, number>();
        let now = 0;
        for (const { key, advance, act } of steps) {
          now += advance;
          if (act === "put") {
            cache.put(key, record(1), 10, now);
            readAt.set(key, now);
          } else if (act === "miss") {
            cache.putMiss(key, now);
            readAt.delete(key);
          } else if (act === "forget") {
            cache.forget(key);
            readAt.delete(key);
          } else {
            const copy = cache.get(key, now);
            const since = readAt.get(key);
            const fresh = since !== undefined && now - since < 5_000;
            expect(copy instanceof Object).toBe(fresh);
          }
        }
      }),
    );
  });
});
