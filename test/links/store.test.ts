import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { noOperations } from "../../bench/operations.ts";
import { meteredDatabase } from "../../bench/worker/metered.ts";
import { databaseOf } from "../../src/db/database.ts";
import { linkStore } from "../../src/links/store.ts";
import { objectIdOf } from "../../src/platform/uuid.ts";
import { input, makeLink, makeLinks, newContext } from "../support/link-context.ts";

describe("linkStore", () => {
  it("finds a link by each of its identifiers, only in its own workspace", async ({ expect }) => {
    const context = await newContext();
    const link = await makeLink(context);
    const db = databaseOf(env.DB);
    const own = linkStore(db, context.access.workspace.id);
    const foreign = linkStore(db, (await newContext()).access.workspace.id);
    const objectId = objectIdOf(link.uuid);
    for (const ref of [
      { uuid: link.uuid },
      { id: link.id },
      { objectId },
      { objectId: objectId.toUpperCase() },
    ]) {
      expect(await own.find(ref)).toEqual({ ok: true, value: link });
      expect(await foreign.find(ref)).toEqual({
        ok: false,
        error: { reason: "link_not_found" },
      });
    }
    expect((await own.find({ objectId: "f".repeat(24) })).ok).toBe(false);
  });
});

async function newLinks(count: number) {
  const context = await newContext();
  const inputs = Array.from({ length: count }, (_, n) => input({ title: `Link ${n}` }));
  const made = await makeLinks(context, inputs);
  const ids = made.flatMap((one) => (one.ok ? [one.value.id] : []));
  return { workspaceId: context.access.workspace.id, ids };
}

describe("the names of links", () => {
  it("returns the requested fields of each link, in the order of the ids", async ({ expect }) => {
    const { workspaceId, ids } = await newLinks(3);
    const [a = 0, b = 0, c = 0] = ids;
    const wanted = { ids: [b, c, a], fields: ["title"] } as const;
    expect(await linkStore(databaseOf(env.DB), workspaceId).findNames(wanted)).toEqual([
      { id: b, title: "Link 1" },
      { id: c, title: "Link 2" },
      { id: a, title: "Link 0" },
    ]);
  });

  it("returns every field with the link's own value", async ({ expect }) => {
    const context = await newContext();
    const { id, uuid, code, title, destinationUrl, createdAtMs } = await makeLink(context);
    const fields = ["uuid", "code", "title", "destinationUrl", "createdAtMs"] as const;
    const wanted = { ids: [id], fields };
    expect(
      await linkStore(databaseOf(env.DB), context.access.workspace.id).findNames(wanted),
    ).toEqual([{ id, uuid, code, title, destinationUrl, createdAtMs }]);
  });

  it("skips deleted links and another workspace's, which do not count towards the maximum", async ({
    expect,
  }) => {
    const { workspaceId, ids } = await newLinks(4);
    const { ids: foreign } = await newLinks(1);
    const [gone = 0, ...rest] = ids;
    await env.DB.prepare("delete from links where id = ?").bind(gone).run();
    const wanted = { ids: [gone, ...foreign, ...rest], fields: ["code"], max: 2 } as const;
    const found = await linkStore(databaseOf(env.DB), workspaceId).findNames(wanted);
    expect(found.map(({ id }) => id)).toEqual(rest.slice(0, 2));
  });

  it("reads two rows per link that it returns, and none for the others", async ({ expect }) => {
    const { workspaceId, ids } = await newLinks(50);
    const counted = noOperations();
    const db = databaseOf(meteredDatabase(env.DB, counted));
    const [first = 0, ...others] = ids;
    await env.DB.prepare("delete from links where id = ?").bind(first).run();
    await linkStore(db, workspaceId).findNames({ ids, fields: ["code"], max: 10 });
    expect(counted.d1RowsRead).toBeLessThanOrEqual(2 * 10 + 2);
    await linkStore(db, workspaceId).findNames({ ids: others, fields: ["code"] });
    expect(counted.d1RowsRead).toBeLessThanOrEqual(2 * 10 + 2 + 2 * 49);
    await linkStore(db, workspaceId).findNames({ ids: [], fields: ["code"] });
    expect(counted.d1Trips).toBe(2);
  });
});
