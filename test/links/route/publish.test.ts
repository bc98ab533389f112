import { env } from "cloudflare:workers";
import { getTableColumns } from "drizzle-orm";
import { describe, it, vi } from "vitest";

import { links } from "../../../src/db/schema/index.ts";
import { routeKey } from "../../../src/links/route/address.ts";
import { routeCache } from "../../../src/links/route/cache.ts";
import { publish, publishSoon, publishRead } from "../../../src/links/route/publish.ts";
import { ROUTE_SQL, readRoute } from "../../../src/links/route/store.ts";
import { envWith, withMethod } from "../../support/faults.ts";
import { changeDestination, insertLink, type LinkRow } from "../../support/link-rows.ts";

function stored(link: LinkRow): Promise<string | null> {
  return env.ROUTES.get(routeKey(link));
}

async function versions(link: LinkRow): Promise<unknown> {
  return env.DB.prepare("SELECT version, published_version FROM links WHERE id = ?1")
    .bind(link.id)
    .first();
}

describe("the route query", () => {
  it("names only columns that the schema has", ({ expect }) => {
    const columns = Object.values(getTableColumns(links)).map((column) => column.name);
    const named = [...ROUTE_SQL.matchAll(/\bl\.(\w+)/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(10);
    expect(columns).toEqual(expect.arrayContaining(named));
  });

  it("omits defaults, so that the common record stays small", async ({ expect }) => {
    const link = await insertLink({ destination_url: "https://example.com" });
    const route = await readRoute(env.DB, link);
    expect(route?.record).toEqual({
      schema: 1,
      linkId: link.id,
      version: 1,
      ledger: link.ledger,
      destination: "https://example.com/",
    });
  });

  it("names the gate of a link with a limit or a password", async ({ expect }) => {
    for (const guard of [{ clicks_limit: 5 }, { password_hash: "x", password_version: 1 }]) {
      const link = await insertLink(guard);
      expect((await readRoute(env.DB, link))?.record.uuid).toBe(link.uuid);
    }
  });

  it("ends a link at its expiry or at its schedule's end, whichever is first", async ({
    expect,
  }) => {
    const link = await insertLink({ ends_at_ms: 7_000, expires_at_ms: 6_000, starts_at_ms: 5_000 });
    const route = await readRoute(env.DB, link);
    expect(route?.record).toMatchObject({ startsAtMs: 5_000, endsAtMs: 6_000 });
  });
});

describe("publish", () => {
  it("writes the record and marks the version as published", async ({ expect }) => {
    const link = await insertLink();
    await changeDestination(link.id, "https://example.com/second");
    expect(await publish(env, link)).toBe(true);
    expect(await stored(link)).toContain("/second");
    expect(await versions(link)).toEqual({ version: 2, published_version: 2 });
  });

  it("deletes the record of an address without a link", async ({ expect }) => {
    const link = await insertLink();
    await publish(env, link);
    await env.DB.prepare("DELETE FROM links WHERE id = ?1").bind(link.id).run();
    expect(await publish(env, link)).toBe(true);
    expect(await stored(link)).toBeNull();
  });

  it("ends with the newest version when edits happen meanwhile", async ({ expect }) => {
    const link = await insertLink();
    let edits = 0;
    const put: KVNamespace["put"] = async (key: string, value: string) => {
      edits += 1;
      if (edits <= 2) await changeDestination(link.id, `https://example.com/edit-${edits}`);
      await env.ROUTES.put(key, value);
    };
    const environment = envWith({ ROUTES: withMethod(env.ROUTES, "put", put) });
    expect(await publish(environment, link)).toBe(true);
    expect(await stored(link)).toContain("/edit-2");
    expect(await versions(link)).toEqual({ version: 3, published_version: 3 });
  });

  it("distinguishes a link from one that was purged and created again with its code", async ({
    expect,
  }) => {
    const first = await insertLink();
    let replaced = false;
    const put: KVNamespace["put"] = async (key: string, value: string) => {
      if (!replaced) {
        replaced = true;
        await env.DB.prepare("DELETE FROM links WHERE id = ?1").bind(first.id).run();
        await insertLink({ code: first.code, destination_url: "https://example.com/other-owner" });
      }
      await env.ROUTES.put(key, value);
    };
    const environment = envWith({ ROUTES: withMethod(env.ROUTES, "put", put) });
    await publish(environment, first);
    expect(await stored(first)).toContain("/other-owner");
  });
});

describe("a write that KV refuses", () => {
  /** KV that refuses the first writes of any key, as it does when a key is written twice a second. */
  function refusing(times: number): { environment: Cloudflare.Env; puts: () => number } {
    let puts = 0;
    const put: KVNamespace["put"] = async (key: string, value: string) => {
      puts += 1;
      if (puts <= times) throw new Error("KV PUT failed: 429 Too Many Requests");
      await env.ROUTES.put(key, value);
    };
    const environment = envWith({ ROUTES: withMethod(env.ROUTES, "put", put) });
    return { environment, puts: () => puts };
  }

  it("is repeated, so that a change is live as soon as promised", async ({ expect }) => {
    const link = await insertLink();
    await changeDestination(link.id, "https://example.com/second");
    expect(await publish(refusing(1).environment, link)).toBe(true);
    expect(await stored(link)).toContain("/second");
    expect(await versions(link)).toEqual({ version: 2, published_version: 2 });
  });

  it("leaves the link to the sweep after four attempts", async ({ expect }) => {
    const link = await insertLink();
    await changeDestination(link.id, "https://example.com/second");
    const { environment, puts } = refusing(Infinity);
    expect(await publish(environment, link)).toBe(false);
    expect(puts()).toBe(4);
    expect(await versions(link)).toEqual({ version: 2, published_version: 1 });
  });

  it("is not repeated for a redirect's record, which another isolate has just written", async ({
    expect,
  }) => {
    const link = await insertLink();
    const route = await readRoute(env.DB, link);
    if (route === null) throw new Error("The link was not found.");
    const { environment, puts } = refusing(1);
    expect(await publishRead(environment, link, route)).toBe(false);
    expect(puts()).toBe(1);
  });
});

describe("publishSoon", () => {
  it("drops the isolate's record at once, and publishes every address given", async ({
    expect,
  }) => {
    const link = await insertLink();
    const route = await readRoute(env.DB, link);
    if (route === null) throw new Error("The link was not found.");
    routeCache.put(routeKey(link), route.record, 100, Date.now());
    await env.ROUTES.put("@/left-behind", "stale");
    publishSoon(env, [link, { domain: "", code: "left-behind" }]);
    expect(routeCache.get(routeKey(link), Date.now())).toBeUndefined();
    await vi.waitFor(async () => {
      expect(await stored(link)).not.toBeNull();
      expect(await env.ROUTES.get("@/left-behind")).toBeNull();
    });
  });
});
