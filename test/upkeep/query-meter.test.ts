/** What a sweep may cost D1: statements of one invocation, and rows of a minute in which nothing is due. */

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, it, vi } from "vitest";

import { batchAround } from "../../src/db/batch.ts";
import { databaseOf } from "../../src/db/database.ts";
import { meterQueries } from "../../src/upkeep/query-meter.ts";
import { Upkeep, upkeepFor } from "../../src/upkeep/upkeep.ts";
import { freshLedgerId } from "../ledger/fresh-ledger.ts";
import { newAccount } from "../support/account.ts";
import { fakeDns } from "../support/fake-dns.ts";
import { insertWorkspace } from "../support/link-rows.ts";

const QUERIES_MAX = 1_000;

afterEach(() => {
  vi.restoreAllMocks();
});

/** A statement over the numbers from 1 to `count`. */
const numbers = (count: number, sql: string, ...values: unknown[]) =>
  env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count}) ${sql}`,
  ).bind(...values);

const uuidOf = "lower(hex(randomblob(16)))";

const sweepWith = (environment: Cloudflare.Env, nowMs: number) =>
  runInDurableObject(upkeepFor(env), (_instance, state) =>
    new Upkeep(state, environment).sweep(nowMs),
  );

describe("the meter", () => {
  it("counts every statement, also drizzle's and each of a batch", async ({ expect }) => {
    const { env: metered, used } = meterQueries(env);
    const one = () => metered.DB.prepare("SELECT ?1 AS one").bind(1);
    expect(await one().first("one")).toBe(1);
    await one().run();
    await one().all();
    await one().raw();
    expect(used()).toBe(4);
    const [first] = await metered.DB.batch<{ one: number }>([one(), one(), one()]);
    expect(first?.results).toEqual([{ one: 1 }]);
    expect(used()).toBe(7);
    const db = databaseOf(metered.DB);
    await db.query.workspaces.findFirst();
    await batchAround(db, [], [db.all("select 1"), db.run("select 2")]);
    expect(used()).toBe(10);
  });
});

describe("a sweep", () => {
  it("sends D1 fewer statements than an invocation may, and gets to rows of every kind", async ({
    expect,
  }) => {
    fakeDns();
    const nowMs = Date.now();
    const workspaceId = await insertWorkspace();
    const others = await Promise.all(Array.from({ length: 80 }, insertWorkspace));
    const { workspace } = await newAccount();
    await env.DB.batch([
      numbers(
        300,
        `INSERT INTO links (uuid, workspace_id, user_id, domain, code, destination_url, version,
           created_at_ms, updated_at_ms)
         SELECT ${uuidOf}, ?1, 'u', '', 'q' || ?1 || '-' || i, 'https://example.com/', 2, 1, 1 FROM n`,
        workspaceId,
      ),
      numbers(
        300,
        `INSERT INTO route_tombstones (domain, code, created_at_ms)
         SELECT 'metered.example', i, ?1 FROM n`,
        nowMs - 10_000,
      ),
      numbers(
        300,
        `INSERT INTO pending_purges (link_id, link_uuid, ledger, link_created_at_ms)
         SELECT 5000000 + i, ${uuidOf}, ?1, 1 FROM n`,
        freshLedgerId(),
      ),
      ...others.map((id) =>
        numbers(
          10,
          `INSERT INTO webhook_outbox (event_id, workspace_id, event, at_ms, data, webhooks, due_at_ms)
           SELECT ${uuidOf}, ?1, 'link.created', 1, '{}', '[]', 1 FROM n`,
          id,
        ),
      ),
      numbers(
        30,
        `INSERT INTO domains (uuid, workspace_id, claimed_by, hostname, challenge, verified_at_ms,
           checked_at_ms, created_at_ms)
         SELECT ${uuidOf}, ?1, 'u', ${uuidOf} || '.example', 'c', 1, 1, 1 FROM n`,
        workspace.id,
      ),
      ...others
        .slice(0, 8)
        .map((id) =>
          env.DB.prepare(
            "INSERT INTO pending_closures (workspace_id, ledger, created_at_ms) VALUES (?1, ?2, 1)",
          ).bind(id, freshLedgerId()),
        ),
    ]);
    const counts = async () => {
      const statements = [
        `SELECT count(*) AS n FROM links WHERE workspace_id = ${workspaceId} AND published_version < 2`,
        "SELECT count(*) AS n FROM route_tombstones WHERE domain = 'metered.example' AND swept_at_ms IS NULL",
        "SELECT count(*) AS n FROM pending_purges WHERE link_id > 5000000",
        `SELECT count(*) AS n FROM webhook_outbox WHERE workspace_id IN (${others.join()})`,
        `SELECT count(*) AS n FROM domains WHERE workspace_id = ${workspace.id} AND checked_at_ms = 1`,
        `SELECT count(*) AS n FROM pending_closures WHERE workspace_id IN (${others.join()})`,
      ];
      const rows = await env.DB.batch<{ n: number }>(
        statements.map((statement) => env.DB.prepare(statement)),
      );
      return rows.map(({ results }) => results[0]?.n ?? 0);
    };
    const before = await counts();
    expect(before).toEqual([300, 300, 300, 800, 30, 8]);
    const { env: metered, used } = meterQueries(env);
    expect(await sweepWith(metered, nowMs)).toBe(true);
    expect(used()).toBeLessThan(QUERIES_MAX);
    const after = await counts();
    expect(after.map((left, kind) => left < (before[kind] ?? 0))).toEqual(Array(6).fill(true));

    // What is left would be swept in other tests.
    await env.DB.batch([
      env.DB.prepare("DELETE FROM links WHERE workspace_id = ?1").bind(workspaceId),
      env.DB.prepare("DELETE FROM route_tombstones WHERE domain = 'metered.example'"),
      env.DB.prepare("DELETE FROM pending_purges WHERE link_id > 5000000"),
      env.DB.prepare(`DELETE FROM webhook_outbox WHERE workspace_id IN (${others.join()})`),
      env.DB.prepare("DELETE FROM domains WHERE workspace_id = ?1").bind(workspace.id),
      env.DB.prepare(`DELETE FROM pending_closures WHERE workspace_id IN (${others.join()})`),
    ]);
  });

  it("reads few rows while nothing is due, however many there are", async ({ expect }) => {
    const nowMs = Date.now();
    const later = nowMs + 1e9;
    while (await sweepWith(env, nowMs));
    const { workspace, userId } = await newAccount();
    await env.DB.batch([
      numbers(
        1_000,
        `INSERT INTO sessions (id, token, user_id, expires_at_ms, created_at_ms, updated_at_ms)
         SELECT ${uuidOf}, ${uuidOf}, ?1, ?2, 1, 1 FROM n`,
        userId,
        later,
      ),
      numbers(
        1_000,
        `INSERT INTO verifications (id, identifier, value, expires_at_ms, created_at_ms, updated_at_ms)
         SELECT ${uuidOf}, 'i', 'v', ?1, 1, 1 FROM n`,
        later,
      ),
      numbers(
        1_000,
        "INSERT INTO allowances (key, used, until_ms) SELECT 'metered' || i, 1, ?1 FROM n",
        later,
      ),
      numbers(
        1_000,
        `INSERT INTO domains (uuid, workspace_id, claimed_by, hostname, challenge, verified_at_ms,
           checked_at_ms, created_at_ms)
         SELECT ${uuidOf}, ?1, 'u', ${uuidOf} || '.example', 'c', 1, ?2, 1 FROM n`,
        workspace.id,
        nowMs,
      ),
      numbers(
        1_000,
        `INSERT INTO custom_hostnames (hostname, asked_at_ms, due_at_ms)
         SELECT ${uuidOf} || '.example', 1, ?1 FROM n`,
        later,
      ),
    ]);
    let read = 0;
    // What a prepared statement answers says how many rows it has read.
    const DB = new Proxy(env.DB, {
      get(database, name) {
        const value: unknown = Reflect.get(database, name);
        if (name !== "prepare") return typeof value === "function" ? value.bind(database) : value;
        return (query: string) => reading(database.prepare(query));
      },
    });
    function reading(statement: D1PreparedStatement): D1PreparedStatement {
      const bind = statement.bind.bind(statement);
      const all = statement.all.bind(statement);
      const count = async () => {
        const result = await all<Record<string, unknown>>();
        read += result.meta.rows_read;
        return result;
      };
      return Object.assign(statement, {
        bind: (...values: unknown[]) => reading(bind(...values)),
        all: count,
        run: count,
        first: async () => (await count()).results[0] ?? null,
      });
    }
    await sweepWith({ ...env, DB }, nowMs);
    expect(read).toBeLessThan(200);
    await env.DB.batch([
      env.DB.prepare("DELETE FROM sessions WHERE user_id = ?1").bind(userId),
      env.DB.prepare("DELETE FROM verifications WHERE identifier = 'i'"),
      env.DB.prepare("DELETE FROM allowances WHERE key LIKE 'metered%'"),
      env.DB.prepare("DELETE FROM domains WHERE workspace_id = ?1").bind(workspace.id),
      env.DB.prepare("DELETE FROM custom_hostnames"),
    ]);
  });
});
