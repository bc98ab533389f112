/** Replicas of D1, which the local runtime has none of: one that is behind is put in its place. */

import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { routeKey } from "../../../src/links/route/address.ts";
import { publishRead } from "../../../src/links/route/publish.ts";
import { readRoute, readRouteNearby, ROUTE_SQL } from "../../../src/links/route/store.ts";
import { broken, counted, withMethod } from "../../support/faults.ts";
import { changeDestination, insertLink, type LinkRow } from "../../support/link-rows.ts";

/** Gives D1 with a replica that still says what D1 says now. */
async function withReplica(link: LinkRow) {
  const primary = counted(env.DB, "prepare");
  const old = await env.DB.prepare(ROUTE_SQL).bind(link.domain, link.code).all();
  const answer = { ...old, meta: { ...old.meta, served_by_primary: false } };
  const replica = { prepare: () => ({ bind: () => ({ all: async () => answer }) }) };
  const db = withMethod(
    primary.binding,
    "withSession",
    () => replica as unknown as D1DatabaseSession,
  );
  return { db, asked: primary.calls };
}

const unborn = { id: 0, uuid: "", ledger: "" as LinkRow["ledger"], domain: "" };

describe("a redirect that reads from a replica of D1", () => {
  it("finds a link that the replica does not have yet", async ({ expect }) => {
    const code = crypto.randomUUID();
    const { db, asked } = await withReplica({ ...unborn, code });
    const link = await insertLink({ code });
    expect((await readRouteNearby(db, link))?.record.linkId).toBe(link.id);
    expect(asked()).toBe(1);
  });

  it("does not ask the primary for a link that the replica has", async ({ expect }) => {
    const link = await insertLink();
    const { db, asked } = await withReplica(link);
    const route = await readRouteNearby(db, link);
    expect(route).toEqual({ ...(await readRoute(env.DB, link)), isNearby: true });
    expect(asked()).toBe(0);
  });

  it("asks once where the primary answers itself", async ({ expect }) => {
    const link = await insertLink();
    const { binding, calls } = counted(env.DB, "prepare");
    expect(await readRouteNearby(binding, link)).toEqual(await readRoute(env.DB, link));
    expect(await readRouteNearby(binding, { domain: "", code: crypto.randomUUID() })).toBeNull();
    expect(calls()).toBe(0);
  });

  it("asks the primary where the replica fails", async ({ expect }) => {
    const link = await insertLink();
    const db = withMethod(env.DB, "withSession", () => broken({} as D1DatabaseSession));
    expect((await readRouteNearby(db, link))?.record.linkId).toBe(link.id);
  });

  it("puts no record into KV that the replica had too long", async ({ expect }) => {
    const link = await insertLink();
    const { db } = await withReplica(link);
    await changeDestination(link.id, "https://example.com/changed");
    const route = await readRouteNearby(db, link);
    if (route === null) throw new Error("The replica has no link.");
    expect(route.record.destination).not.toContain("changed");
    const written: string[] = [];
    const routes = withMethod(env.ROUTES, "put", async (key: string, value: unknown) => {
      written.push(value as string);
      await env.ROUTES.put(key, value as string);
    });
    expect(await publishRead({ ...env, ROUTES: routes }, link, route)).toBe(true);
    expect(await env.ROUTES.get(routeKey(link))).toContain("changed");
    expect(written.filter((record) => !record.includes("changed"))).toEqual([]);
  });
});
