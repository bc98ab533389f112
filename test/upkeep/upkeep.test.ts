import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, it, vi } from "vitest";

import { routeKey } from "../../src/links/route/address.ts";
import { publish } from "../../src/links/route/publish.ts";
import { ROWS_MAX } from "../../src/upkeep/outdated.ts";
import { upkeepFor } from "../../src/upkeep/upkeep.ts";
import { freshLedgerId } from "../ledger/fresh-ledger.ts";
import { changeDestination, insertLink } from "../support/link-rows.ts";

const MINUTE_MS = 60_000;

// A sweep is bounded: what other tests left would keep it from the rows of these.
beforeAll(async () => {
  await env.DB.batch([
    env.DB.prepare("DELETE FROM route_tombstones"),
    env.DB.prepare("DELETE FROM pending_purges"),
    env.DB.prepare("UPDATE links SET published_version = version"),
  ]);
});

describe("a Worker that dies between D1 and KV", () => {
  it("leaves a change, which the next sweep publishes", async ({ expect }) => {
    const link = await insertLink();
    await publish(env, link);
    await changeDestination(link.id, "https://example.com/after-the-crash");
    expect(await env.ROUTES.get(routeKey(link))).toContain("/landing");

    const upkeep = upkeepFor(env);
    await upkeep.arm();
    expect(await runDurableObjectAlarm(upkeep)).toBe(true);
    expect(await env.ROUTES.get(routeKey(link))).toContain("/after-the-crash");
  });

  it("leaves the record of a deleted link, which sweeps remove and then its tombstone", async ({
    expect,
  }) => {
    const link = await insertLink();
    await publish(env, link);
    const deletedAtMs = Date.now();
    await env.DB.batch([
      env.DB.prepare("DELETE FROM links WHERE id = ?1").bind(link.id),
      env.DB.prepare(
        "INSERT INTO route_tombstones (domain, code, created_at_ms) VALUES ('', ?1, ?2)",
      ).bind(link.code, deletedAtMs),
    ]);
    const tombstones = () =>
      env.DB.prepare("SELECT count(*) AS n FROM route_tombstones WHERE code = ?1")
        .bind(link.code)
        .first<number>("n");

    const upkeep = upkeepFor(env);
    await upkeep.sweep(deletedAtMs + MINUTE_MS);
    expect(await env.ROUTES.get(routeKey(link))).toBeNull();
    // A request that read the link before its deletion may still write what it read.
    await env.ROUTES.put(routeKey(link), "late");
    expect(await tombstones()).toBe(1);
    await upkeep.sweep(deletedAtMs + 3 * MINUTE_MS);
    expect(await env.ROUTES.get(routeKey(link))).toBeNull();
    expect(await tombstones()).toBe(1);
    await upkeep.sweep(deletedAtMs + 4 * MINUTE_MS);
    expect(await tombstones()).toBe(0);
  });

  it("leaves thousands of tombstones, which sweeps clear in slices", async ({ expect }) => {
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250)
       INSERT INTO route_tombstones (domain, code, created_at_ms)
       SELECT 'many.example', 'm' || i, 0 FROM n`,
    ).run();
    await env.ROUTES.put("many.example/m250", "{}");
    const upkeep = upkeepFor(env);
    const now = Date.now();
    let sweeps = 1;
    while (await upkeep.sweep(now)) sweeps += 1;
    expect(sweeps).toBeGreaterThan(2);
    expect(sweeps).toBeLessThan(15);
    expect(await env.ROUTES.get("many.example/m250")).toBeNull();
    await upkeep.sweep(now + MINUTE_MS);
    const left = await env.DB.prepare(
      "SELECT count(*) AS n FROM route_tombstones WHERE domain = 'many.example'",
    ).first("n");
    expect(left).toBe(0);
  });

  it("leaves links of unserved domains, which are swept only once", async ({ expect }) => {
    const unproved = await insertLink({ domain: "go.example", version: 2 });
    const parked = await insertLink({ domain: "gone.example", version: 2 });
    await env.DB.prepare("UPDATE links SET parked_domain = domain, domain = NULL WHERE id = ?1")
      .bind(parked.id)
      .run();
    await upkeepFor(env).sweep(Date.now());
    for (const { id } of [unproved, parked]) {
      const published = await env.DB.prepare("SELECT published_version FROM links WHERE id = ?1")
        .bind(id)
        .first("published_version");
      expect(published).toBe(2);
    }
  });

  it("leaves a tombstone that does not affect the code's next link", async ({ expect }) => {
    const link = await insertLink({ destination_url: "https://example.com/new-owner" });
    await publish(env, link);
    await env.DB.prepare(
      "INSERT INTO route_tombstones (domain, code, created_at_ms) VALUES ('', ?1, 0)",
    )
      .bind(link.code)
      .run();
    await upkeepFor(env).sweep(Date.now());
    expect(await env.ROUTES.get(routeKey(link))).toContain("/new-owner");
    const left = await env.DB.prepare("SELECT count(*) AS n FROM route_tombstones WHERE code = ?1")
      .bind(link.code)
      .first("n");
    expect(left).toBe(0);
  });

  it("leaves a purge, which the next sweep passes on to the Ledger", async ({ expect }) => {
    await env.DB.prepare(
      `INSERT INTO pending_purges (link_id, link_uuid, ledger, link_created_at_ms)
       VALUES (987654, ?1, ?2, 1000)`,
    )
      .bind(crypto.randomUUID(), freshLedgerId())
      .run();
    await upkeepFor(env).sweep(Date.now());
    const left = await env.DB.prepare("SELECT count(*) AS n FROM pending_purges").first("n");
    expect(left).toBe(0);
  });
});

describe("the alarm", () => {
  it("is set by the first request that the API answers", async ({ expect }) => {
    await exports.default.fetch("https://sign.test/api/health");
    const alarmOf = () =>
      runInDurableObject(upkeepFor(env), (_instance, state) => state.storage.getAlarm());
    await vi.waitFor(async () => expect(await alarmOf()).not.toBeNull());
  });

  it("sets itself again, and survives a restart", async ({ expect }) => {
    const upkeep = upkeepFor(env);
    await upkeep.arm();
    await runDurableObjectAlarm(upkeep);
    const before = Date.now();
    await evictDurableObject(upkeep);
    const next = await runInDurableObject(upkeep, (_instance, state) => state.storage.getAlarm());
    expect(next).toBeGreaterThan(before);
    expect(next).toBeLessThanOrEqual(before + MINUTE_MS);
  });

  it("deletes expired rows and no others", async ({ expect }) => {
    const now = Date.now();
    const day = 24 * 60 * MINUTE_MS;
    const key = (name: string, at: number) =>
      env.DB.prepare(
        `INSERT INTO idempotency_keys (principal, operation, key, fingerprint, created_at_ms)
         VALUES ('upkeep', 'o', ?1, 'f', ?2)`,
      ).bind(name, at);
    const held = (code: string, until: number) =>
      env.DB.prepare(
        "INSERT INTO reserved_codes (domain, code, workspace_id, until_ms) VALUES ('', ?1, 987654, ?2)",
      ).bind(code, until);
    const letter = (id: string, at: number) =>
      env.DB.prepare(
        "INSERT INTO dead_letters (queue, message_id, body, created_at_ms) VALUES ('upkeep', ?1, '', ?2)",
      ).bind(id, at);
    const names = [crypto.randomUUID(), crypto.randomUUID()] as const;
    await env.DB.batch([
      letter(names[0], now - 30 * day - 1),
      letter(names[1], now - 30 * day + MINUTE_MS),
      key("old", now - day - 1),
      key("young", now - day + MINUTE_MS),
      held("free", now - 1),
      held("held", now + MINUTE_MS),
    ]);
    await upkeepFor(env).sweep(now);
    const { results: keys } = await env.DB.prepare(
      "SELECT key FROM idempotency_keys WHERE principal = 'upkeep'",
    ).all();
    const { results: codes } = await env.DB.prepare(
      "SELECT code FROM reserved_codes WHERE workspace_id = 987654",
    ).all();
    const { results: letters } = await env.DB.prepare(
      "SELECT message_id FROM dead_letters WHERE queue = 'upkeep'",
    ).all();
    expect([keys, codes, letters]).toEqual([
      [{ key: "young" }],
      [{ code: "held" }],
      [{ message_id: names[1] }],
    ]);
  });

  it("deletes a backlog of expired rows in slices", async ({ expect }) => {
    const principal = crypto.randomUUID();
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
       INSERT INTO idempotency_keys (principal, operation, key, fingerprint, created_at_ms)
       SELECT ?1, 'o', i, 'f', 0 FROM n`,
    )
      .bind(principal, ROWS_MAX + 1)
      .run();
    const left = () =>
      env.DB.prepare("SELECT count(*) AS n FROM idempotency_keys WHERE principal = ?1")
        .bind(principal)
        .first("n");
    expect(await upkeepFor(env).sweep(Date.now())).toBe(true);
    expect(await left()).toBe(1);
    await upkeepFor(env).sweep(Date.now());
    expect(await left()).toBe(0);
  });
});
