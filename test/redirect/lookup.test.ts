import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import { routeKey } from "../../src/links/route/address.ts";
import { createRouteCache, ROUTE_CACHE_LIMITS } from "../../src/links/route/cache.ts";
import { publishRead } from "../../src/links/route/publish.ts";
import { readRoute } from "../../src/links/route/store.ts";
import { lookup, type LookupParts } from "../../src/redirect/lookup.ts";
import { createMissLimiter } from "../../src/redirect/miss-limiter.ts";
import { createWriteBack } from "../../src/redirect/write-back.ts";
import { broken, counted, envWith, withMethod } from "../support/faults.ts";
import { changeDestination, insertLink, type LinkRow } from "../support/link-rows.ts";

const NOW_MS = 1_800_000_000_000;

function parts(): LookupParts {
  return {
    cache: createRouteCache(ROUTE_CACHE_LIMITS),
    limiter: createMissLimiter(),
    writeBack: createWriteBack(publishRead),
    readRoute,
  };
}

interface Ask {
  readonly nowMs?: number;
  readonly visitor?: string | null;
  readonly environment?: Cloudflare.Env;
}

/** Looks a code up and waits for background work. Returns the destination, or why there is none. */
async function destinationOf(
  code: string,
  lookupParts: LookupParts,
  { nowMs = NOW_MS, visitor = null, environment = env }: Ask = {},
): Promise<string> {
  const later: Promise<unknown>[] = [];
  const ctx = { waitUntil: (work: Promise<unknown>) => void later.push(work) };
  const request = { address: { domain: "", code }, visitorAddress: () => visitor, nowMs };
  const result = await lookup(request, lookupParts, environment, ctx);
  await Promise.all(later);
  return result.kind === "found" ? result.record.destination : result.kind;
}

function storedRecord(link: LinkRow): Promise<string | null> {
  return env.ROUTES.get(routeKey(link));
}

describe("where a record comes from", () => {
  it("is the isolate, then KV, then D1", async ({ expect }) => {
    const link = await insertLink();
    const kv = counted(env.ROUTES, "get");
    const d1 = counted(env.DB, "prepare");
    const environment = envWith({ ROUTES: kv.binding, DB: d1.binding });
    const isolate = parts();

    await destinationOf(link.code, isolate, { environment });
    expect([kv.calls(), d1.calls() > 0]).toEqual([1, true]);
    expect(JSON.parse((await storedRecord(link)) ?? "null")).toMatchObject({ linkId: link.id });

    const afterFirst = d1.calls();
    await destinationOf(link.code, isolate, { environment, nowMs: NOW_MS + 4_999 });
    expect([kv.calls(), d1.calls()]).toEqual([1, afterFirst]);

    await destinationOf(link.code, parts(), { environment });
    expect([kv.calls(), d1.calls()]).toEqual([2, afterFirst]);
  });

  it("ages from its read: a hit every second does not keep an old copy", async ({ expect }) => {
    const link = await insertLink();
    const isolate = parts();
    await destinationOf(link.code, isolate);
    await env.ROUTES.put(
      routeKey(link),
      JSON.stringify({
        schema: 1,
        linkId: link.id,
        version: 2,
        ledger: "1",
        destination: "https://new.test/",
      }),
    );
    for (let second = 1; second < 5; second += 1) {
      const seen = await destinationOf(link.code, isolate, { nowMs: NOW_MS + second * 1_000 });
      expect(seen).toBe("https://example.com/landing");
    }
    expect(await destinationOf(link.code, isolate, { nowMs: NOW_MS + 5_000 })).toBe(
      "https://new.test/",
    );
  });

  it("is D1 when KV holds another schema or no JSON", async ({ expect }) => {
    for (const stored of ['{"schema":99}', "not json", "null", "[]"]) {
      const link = await insertLink();
      await env.ROUTES.put(routeKey(link), stored);
      expect(await destinationOf(link.code, parts())).toBe("https://example.com/landing");
    }
  });
});

describe("a miss", () => {
  it("never hides a link created a moment later", async ({ expect }) => {
    const isolate = parts();
    expect(await destinationOf("created-later", isolate)).toBe("unknown");
    await insertLink({ code: "created-later" });
    expect(await destinationOf("created-later", isolate, { nowMs: NOW_MS + 1_000 })).toBe(
      "https://example.com/landing",
    );
  });

  it("is cached for a second, so that repeating it costs nothing", async ({ expect }) => {
    const kv = counted(env.ROUTES, "get");
    const isolate = parts();
    for (let n = 0; n < 20; n += 1) {
      await destinationOf("asked-often", isolate, {
        environment: envWith({ ROUTES: kv.binding }),
        nowMs: NOW_MS + n * 40,
      });
    }
    expect(kv.calls()).toBe(1);
  });

  it("writes nothing to KV", async ({ expect }) => {
    await destinationOf("nothing-here", parts());
    expect(await env.ROUTES.get("@/nothing-here")).toBeNull();
  });
});

describe("a scan for codes", () => {
  it("of 10,000 codes reaches D1 only up to the limit", async ({ expect }) => {
    const d1 = counted(env.DB, "prepare");
    // KV knows none of them; to ask it 10,000 times takes ten times as long as the rest.
    const knowsNone = (async () => null) as unknown as KVNamespace["get"];
    const kv = withMethod(env.ROUTES, "get", knowsNone);
    const environment = envWith({ DB: d1.binding, ROUTES: kv });
    const isolate = parts();
    for (let n = 0; n < 10_000; n += 1) {
      const answer = await destinationOf(`scan${n}`, isolate, {
        environment,
        visitor: "203.0.113.9",
      });
      if (answer !== "unknown" && answer !== "refused") throw new Error(`scan${n} was ${answer}`);
    }
    expect(d1.calls()).toBeGreaterThan(1);
    // Twice the limit: the binding's minute may end meanwhile, which resets its count.
    expect(d1.calls()).toBeLessThanOrEqual(122);
  });

  it("blocks no other visitor, and no link that KV has", async ({ expect }) => {
    const known = await insertLink();
    const isolate = parts();
    await destinationOf(known.code, isolate);
    for (let n = 0; n < 130; n += 1) {
      await destinationOf(`again${n}`, isolate, { visitor: "2001:db8:0:1" });
    }
    const fresh = await insertLink();
    const scanner = { visitor: "2001:db8:0:1", nowMs: NOW_MS + 10_000 };
    expect(await destinationOf(fresh.code, isolate, scanner)).toBe("refused");
    expect(await destinationOf(known.code, isolate, scanner)).toBe("https://example.com/landing");
    expect(await destinationOf(fresh.code, isolate, { visitor: "2001:db8:0:2" })).toBe(
      "https://example.com/landing",
    );
  });

  it("from many addresses reaches D1 only as often as one isolate may ask", async ({ expect }) => {
    const d1 = counted(env.DB, "prepare");
    const knowsNone = (async () => null) as unknown as KVNamespace["get"];
    const kv = withMethod(env.ROUTES, "get", knowsNone);
    const environment = envWith({ DB: d1.binding, ROUTES: kv });
    const isolate = parts();
    const scan = async (from: number, to: number, nowMs: number) => {
      const answers: Record<string, number> = {};
      for (let n = from; n < to; n += 1) {
        const visitor = `198.18.${n >> 8}.${n & 255}`;
        const answer = await destinationOf(`many${n}`, isolate, { environment, visitor, nowMs });
        answers[answer] = (answers[answer] ?? 0) + 1;
      }
      return answers;
    };
    // 503, not 429: none of these addresses has done anything.
    expect(await scan(0, 1_000, NOW_MS)).toEqual({ unknown: 200, unavailable: 800 });
    expect(d1.calls()).toBe(200);
    expect(await scan(1_000, 1_100, NOW_MS + 1_000)).toEqual({ unknown: 20, unavailable: 80 });
    const known = await insertLink();
    await destinationOf(known.code, parts());
    const later = { nowMs: NOW_MS + 1_000 };
    expect(await destinationOf(known.code, isolate, later)).toBe("https://example.com/landing");
  });

  it("at once from one address reaches D1 no more often than in turn", async ({ expect }) => {
    const d1 = counted(env.DB, "prepare");
    const environment = envWith({ DB: d1.binding });
    const isolate = parts();
    const visitor = "203.0.113.99";
    const answers = await Promise.all(
      Array.from({ length: 150 }, (_, n) =>
        destinationOf(`burst${n}`, isolate, { environment, visitor }),
      ),
    );
    expect(d1.calls()).toBeLessThanOrEqual(60);
    expect(answers.filter((answer) => answer === "refused").length).toBeGreaterThanOrEqual(90);
  });

  it("is not assumed of first visits, however many come to one isolate", async ({ expect }) => {
    const links = await Promise.all(Array.from({ length: 260 }, () => insertLink()));
    const isolate = parts();
    for (const { code } of links) {
      expect(await destinationOf(code, isolate)).toBe("https://example.com/landing");
    }
  });

  it("is not assumed of a visitor who opens many existing links", async ({ expect }) => {
    const isolate = parts();
    for (let n = 0; n < 80; n += 1) {
      const { code } = await insertLink();
      expect(await destinationOf(code, isolate, { visitor: "198.51.100.1" })).toBe(
        "https://example.com/landing",
      );
    }
  });
});

describe("when storage fails", () => {
  it("follows links from D1 while KV is down", async ({ expect }) => {
    const link = await insertLink();
    const environment = envWith({ ROUTES: broken(env.ROUTES) });
    expect(await destinationOf(link.code, parts(), { environment })).toBe(
      "https://example.com/landing",
    );
  });

  it("asks D1 if KV does not answer in time", async ({ expect }) => {
    const link = await insertLink();
    const get = (() => new Promise(() => {})) as unknown as KVNamespace["get"];
    const environment = envWith({ ROUTES: withMethod(env.ROUTES, "get", get) });
    expect(await destinationOf(link.code, parts(), { environment })).toBe(
      "https://example.com/landing",
    );
  });

  it("follows links from KV while D1 is down", async ({ expect }) => {
    const link = await insertLink();
    await destinationOf(link.code, parts());
    const environment = envWith({ DB: broken(env.DB) });
    expect(await destinationOf(link.code, parts(), { environment })).toBe(
      "https://example.com/landing",
    );
  });

  it("serves a copy up to ten minutes old while both are down, and then reports it", async ({
    expect,
  }) => {
    const link = await insertLink();
    const isolate = parts();
    await destinationOf(link.code, isolate);
    const environment = envWith({ ROUTES: broken(env.ROUTES), DB: broken(env.DB) });
    const ask = (ageMs: number) =>
      destinationOf(link.code, isolate, { environment, nowMs: NOW_MS + ageMs });
    expect(await ask(600_000)).toBe("https://example.com/landing");
    expect(await ask(600_001)).toBe("unavailable");
  });

  it("does not report a code as unknown while D1 is down", async ({ expect }) => {
    const environment = envWith({ DB: broken(env.DB) });
    expect(await destinationOf("who-knows", parts(), { environment })).toBe("unavailable");
  });

  it("still redirects when the miss limiter fails", async ({ expect }) => {
    const environment = envWith({ MISS_LIMIT: broken(env.MISS_LIMIT) });
    const ask = { environment, visitor: "192.0.2.1" };
    expect(await destinationOf("no-limiter", parts(), ask)).toBe("unknown");
  });
});

describe("a reader that writes back", () => {
  it("writes once a minute while KV still does not show the record", async ({ expect }) => {
    const link = await insertLink();
    const put = counted(env.ROUTES, "put");
    const blind = withMethod(put.binding, "get", (() =>
      Promise.resolve(null)) as unknown as KVNamespace["get"]);
    const environment = envWith({ ROUTES: blind });
    const isolate = parts();
    for (let second = 0; second < 60; second += 5) {
      await destinationOf(link.code, isolate, { environment, nowMs: NOW_MS + second * 1_000 });
    }
    expect(put.calls()).toBe(1);
    await destinationOf(link.code, isolate, { environment, nowMs: NOW_MS + 60_000 });
    expect(put.calls()).toBe(2);
  });

  it("retries on the next read if KV refused the write", async ({ expect }) => {
    const link = await insertLink();
    const environment = envWith({ ROUTES: withMethod(env.ROUTES, "put", broken(env.ROUTES).put) });
    const isolate = parts();
    await destinationOf(link.code, isolate, { environment });
    expect(await storedRecord(link)).toBeNull();
    await destinationOf(link.code, isolate, { nowMs: NOW_MS + 5_000 });
    expect(await storedRecord(link)).not.toBeNull();
  });

  it("does not undo an edit between its read and its write", async ({ expect }) => {
    const link = await insertLink();
    let edited = false;
    const put: KVNamespace["put"] = async (key: string, value: string) => {
      if (!edited) await changeDestination(link.id, "https://example.com/edited");
      edited = true;
      await env.ROUTES.put(key, value);
    };
    const environment = envWith({ ROUTES: withMethod(env.ROUTES, "put", put) });
    await destinationOf(link.code, parts(), { environment });
    await vi.waitFor(async () => expect(await storedRecord(link)).toContain("/edited"));
  });

  it("does not restore a link that was deleted between its read and its write", async ({
    expect,
  }) => {
    const link = await insertLink();
    const put: KVNamespace["put"] = async (key: string, value: string) => {
      await env.DB.prepare("DELETE FROM links WHERE id = ?1").bind(link.id).run();
      await env.ROUTES.put(key, value);
    };
    const environment = envWith({ ROUTES: withMethod(env.ROUTES, "put", put) });
    await destinationOf(link.code, parts(), { environment });
    expect(await storedRecord(link)).toBeNull();
  });
});
