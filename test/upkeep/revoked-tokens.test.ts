import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { tokenStore } from "../../src/accounts/tokens.ts";
import { databaseOf } from "../../src/db/database.ts";
import { dropOutdated } from "../../src/upkeep/outdated.ts";
import { insertWorkspace } from "../support/link-rows.ts";

const DAY_MS = 24 * 3_600_000;
const AGE_MS = 30 * DAY_MS;

/** A person whose tokens are rows alone, made when and by what a test says. */
async function newPerson() {
  const userId = crypto.randomUUID();
  const workspaceId = await insertWorkspace();
  await env.DB.prepare(
    `INSERT INTO users (id, name, email, created_at_ms, updated_at_ms)
     VALUES (?1, 'Ada', ?1 || '@signpost.test', 0, 0)`,
  )
    .bind(userId)
    .run();
  return {
    userId,
    /** Makes a token and returns its id. */
    async token(name: string, revokedAtMs: number | null, parentId: number | null = null) {
      const id = await env.DB.prepare(
        `INSERT INTO tokens (uuid, user_id, workspace_id, parent_id, name, hash, hint, scopes,
           revoked_at_ms, created_at_ms)
         VALUES (?1 || ?2, ?1, ?3, ?4, ?2, ?1 || ?2, 'hint', '[]', ?5, 0) RETURNING id`,
      )
        .bind(userId, name, workspaceId, parentId, revokedAtMs)
        .first<number>("id");
      return id ?? 0;
    },
    async names() {
      const { results } = await env.DB.prepare(
        "SELECT name FROM tokens WHERE user_id = ?1 ORDER BY name",
      )
        .bind(userId)
        .all<{ readonly name: string }>();
      return results.map(({ name }) => name);
    },
  };
}

describe("a token that was revoked", () => {
  it("is removed after 30 days, and no other", async ({ expect }) => {
    const person = await newPerson();
    const nowMs = Date.now();
    await person.token("long ago", nowMs - AGE_MS - 1);
    await person.token("lately", nowMs - AGE_MS + 1);
    await person.token("usable", null);
    await dropOutdated(env, nowMs);
    expect(await person.names()).toEqual(["lately", "usable"]);
  });

  it("stays while a token that it made does, so that revoking its maker still ends that one", async ({
    expect,
  }) => {
    const person = await newPerson();
    const nowMs = Date.now();
    const first = await person.token("1", nowMs - AGE_MS - 1);
    const second = await person.token("2", nowMs - AGE_MS - 1, first);
    await person.token("3", null, second);
    await dropOutdated(env, nowMs);
    expect(await person.names()).toEqual(["1", "2", "3"]);

    const store = tokenStore(databaseOf(env.DB), person.userId, () => nowMs);
    const ended = await store.revokeTree(`${person.userId}1`);
    expect(ended).toEqual({ ok: true, value: [`${person.userId}3`] });
    for (const left of [["1", "2"], ["1"], []]) {
      await dropOutdated(env, nowMs + AGE_MS + 1);
      expect(await person.names()).toEqual(left);
    }
  });
});
