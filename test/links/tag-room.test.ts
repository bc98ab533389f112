/** Tags that links create by name count toward the plan's number of tags. */

import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { labelKey } from "../../src/links/label-key.ts";
import { newNativeClient, newCode } from "../support/native.ts";
import { newPvtlnkClient } from "../support/pvtlnk.ts";

const LINK = { destinationUrl: "https://example.com" };

async function newScene(tags: number) {
  const client = await newNativeClient();
  const { workspace } = client.account;
  const known = Array.from({ length: tags }, (_, n) => `known${n + 1}`).map((name) => [
    name,
    labelKey(name),
  ]);
  await env.DB.prepare(
    `insert into tags (uuid, workspace_id, name, name_key, created_at_ms)
     select ?1 || tag.key, ?3, tag.value->>0, tag.value->>1, 0 from json_each(?2) as tag`,
  )
    .bind(crypto.randomUUID(), JSON.stringify(known), workspace.id)
    .run();
  const count = (table: string) =>
    env.DB.prepare(`select count(*) as n from ${table} where workspace_id = ?`)
      .bind(workspace.id)
      .first<number>("n");
  return { client, count };
}

const newName = () => crypto.randomUUID();

const REFUSED = {
  code: "PLAN_LIMIT",
  message: 'The plan "enterprise" allows 1000 tags, and this workspace has 1000.',
  quota: "tags",
  limit: 1_000,
  plan: "enterprise",
};

describe("a workspace's tags", () => {
  it("stay within the plan, whatever creates them at once", async ({ expect }) => {
    const { client, count } = await newScene(995);
    const { id } = await client.link();
    const answers = await Promise.all([
      ...[1, 2, 3].map(() =>
        client.call("POST", "/api/links", { ...LINK, tags: [newName(), newName()] }),
      ),
      client.call("PATCH", `/api/links/${id}`, { tags: [newName(), newName()] }),
      client.call("POST", "/api/tags", { name: newName() }),
    ]);
    const refused = answers.filter(({ status }) => status === 403);
    expect(refused.length).toBeGreaterThanOrEqual(1);
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(2);
    for (const { body } of refused) {
      const { message: _message, ...fields } = REFUSED;
      expect(body).toMatchObject(fields);
    }
    expect(await count("tags")).toBeLessThanOrEqual(1_000);
    expect(await count("tags")).toBeGreaterThan(998);
  });

  it("that exist can still be put on links, and nothing of a refused call is left", async ({
    expect,
  }) => {
    const { client, count } = await newScene(1_000);
    const tagged = await client.link({ tags: ["known1", "known2"] });
    expect(tagged["tags"]).toMatchObject([{ name: "known1" }, { name: "known2" }]);
    const shortCode = newCode();
    const refused = await client.call("POST", "/api/links", {
      ...LINK,
      shortCode,
      tags: ["known1", newName()],
    });
    expect([refused.status, refused.body]).toEqual([403, { ...REFUSED, used: 1_000 }]);
    const changed = await client.call("PATCH", `/api/links/${tagged.id}`, {
      title: "Changed",
      tags: [newName()],
    });
    expect([changed.status, changed.body]).toEqual([403, { ...REFUSED, used: 1_000 }]);
    const read = await client.call("GET", `/api/links/${tagged.id}`);
    expect(read.body).toMatchObject({ title: tagged["title"], tags: tagged["tags"] });
    expect(await count("links")).toBe(1);
    expect((await client.link({ shortCode })).shortCode).toBe(shortCode);
  });

  it("refuse a call of many links before it spends a code", async ({ expect }) => {
    const { client, count } = await newScene(999);
    const links = [1, 2].map(() => ({ ...LINK, tags: [newName()] }));
    const bulk = await client.call("POST", "/api/links/bulk", { links });
    const message = REFUSED.message.replace("has 1000", "has 999");
    expect([bulk.status, bulk.body]).toEqual([403, { ...REFUSED, message, used: 999 }]);
    const { account } = client;
    const csv = `destination_url,tags\nhttps://example.com,a1\nhttps://example.com,a2`;
    const imported = await (
      await newPvtlnkClient({ account })
    ).call("POST", "/links/bulk_import", { csv });
    expect(imported.status).toBe(403);
    expect([await count("links"), await count("tags")]).toEqual([0, 999]);
    const same = [1, 2].map(() => ({ ...LINK, tags: ["the last one"] }));
    expect((await client.call("POST", "/api/links/bulk", { links: same })).status).toBe(200);
    expect(await count("tags")).toBe(1_000);
  });
});
