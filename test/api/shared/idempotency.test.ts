import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { describe, it } from "vitest";

import { runOnce } from "../../../src/api/shared/idempotency.ts";
import { type Alongside, batchAround } from "../../../src/db/batch.ts";
import { databaseOf } from "../../../src/db/database.ts";
import { tags } from "../../../src/db/schema/index.ts";
import { labelKey } from "../../../src/links/label-key.ts";
import { sha256Hex } from "../../../src/platform/bytes.ts";
import { MINUTE_MS } from "../../../src/platform/clock.ts";
import { ok } from "../../../src/platform/result.ts";
import { newAccount } from "../../support/account.ts";

const NOW = Date.parse("2026-05-04T10:00:00Z");

describe("runOnce", () => {
  it("undoes the change of a request whose key was taken over while it was stalled", async ({
    expect,
  }) => {
    const db = databaseOf(env.DB);
    const { workspace } = await newAccount();
    const request = {
      db,
      key: "k",
      principal: workspace.uuid,
      operation: "POST /x",
      body: 1,
      secrets: env,
    };
    const makeTag = async (name: string, alongside: Alongside) => {
      const uuid = crypto.randomUUID();
      const insert = db.all<{ id: number }>(sql`
        insert into tags (uuid, workspace_id, name, name_key, created_at_ms)
        values (${uuid}, ${workspace.id}, ${name}, ${labelKey(name)}, 0) returning id`);
      await batchAround(db, [], [insert], alongside([uuid]));
      return ok(name);
    };
    const rebuild = async () => "rebuilt";
    const stalled = await runOnce(
      { ...request, nowMs: NOW },
      {
        table: tags,
        rebuild,
        change: async (alongside) => {
          // A minute passes, and the client tries again.
          const second = await runOnce(
            { ...request, nowMs: NOW + MINUTE_MS },
            {
              table: tags,
              rebuild,
              change: (alongsideSecond) => makeTag("second", alongsideSecond),
            },
          );
          expect(second).toEqual({ ok: true, value: { value: "second", replayed: false } });
          return makeTag("first", alongside);
        },
      },
    );
    expect(stalled).toMatchObject({ ok: false, error: { reason: "idempotency_in_flight" } });
    const made = await db.all(sql`select name from tags where workspace_id = ${workspace.id}`);
    expect(made).toEqual([{ name: "second" }]);
    const third = await runOnce(
      { ...request, nowMs: NOW + MINUTE_MS + 1 },
      { table: tags, rebuild, change: async () => ok("third") },
    );
    expect(third).toEqual({ ok: true, value: { value: "rebuilt", replayed: true } });
  });

  it("frees the key when the change throws", async ({ expect }) => {
    const db = databaseOf(env.DB);
    const request = {
      db,
      key: "t",
      principal: "p",
      operation: "POST /y",
      body: 1,
      secrets: env,
      nowMs: NOW,
    };
    const once = { table: tags, rebuild: async () => null };
    const broken = runOnce(request, {
      ...once,
      change: async () => {
        throw new Error("D1 is away");
      },
    });
    await expect(broken).rejects.toThrow("D1 is away");
    const next = await runOnce(request, { ...once, change: async () => ok("made") });
    expect(next).toMatchObject({ ok: true });
  });

  it("keeps no digest of the body that could be computed without a key", async ({ expect }) => {
    const db = databaseOf(env.DB);
    const body = { destinationUrl: "https://example.com", password: "hunter2" };
    const request = { db, key: "f", principal: "p", operation: "POST /f", body, nowMs: NOW };
    const fingerprints: string[] = [];
    for (const AUTH_SECRET of ["one", "another"]) {
      await db.run(sql`delete from idempotency_keys where key = 'f'`);
      const change = async () => ok("made");
      await runOnce(
        { ...request, secrets: { AUTH_SECRET } },
        { table: tags, rebuild: async () => "rebuilt", change },
      );
      const [row] = await db.all<{ fingerprint: string }>(
        sql`select fingerprint from idempotency_keys where key = 'f'`,
      );
      fingerprints.push(row?.fingerprint ?? "");
    }
    expect(fingerprints[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(fingerprints[1]).not.toBe(fingerprints[0]);
    expect(fingerprints).not.toContain(await sha256Hex(JSON.stringify(body)));
  });
});
