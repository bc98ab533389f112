/** What triggers count of a workspace's links, compared with a recount. */

import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, it } from "vitest";

import { databaseOf } from "../../src/db/database.ts";
import type { LinkContext } from "../../src/links/context.ts";
import { deleteLink } from "../../src/links/delete-link.ts";
import type { Link } from "../../src/links/link.ts";
import { overviewOf } from "../../src/links/overview.ts";
import { linkStore } from "../../src/links/store.ts";
import { updateLink } from "../../src/links/update-link.ts";
import { input, makeLink, makeLinks, newContext, NOW } from "../support/link-context.ts";

const HOUR = 3_600_000;

async function recount({ access }: LinkContext, nowMs: number) {
  return env.DB.prepare(
    `SELECT count(*) AS links, coalesce(sum(bytes), 0) AS bytes, total(
       is_active AND archived_at_ms IS NULL AND coalesce(starts_at_ms, 0) <= ?2
       AND (ends_at_ms IS NULL OR ends_at_ms > ?2) AND (expires_at_ms IS NULL OR expires_at_ms > ?2)
     ) AS live FROM links WHERE workspace_id = ?1`,
  )
    .bind(access.workspace.id, nowMs)
    .first();
}

async function counted({ access }: LinkContext, nowMs: number) {
  const { links, activeLinks: live } = await overviewOf(env, access.workspace, nowMs);
  const bytes = await env.DB.prepare("SELECT bytes FROM workspace_usage WHERE workspace_id = ?")
    .bind(access.workspace.id)
    .first("bytes");
  return { links, bytes, live };
}

const hours = fc.option(fc.integer({ min: -3, max: 6 }).map((hour) => NOW + hour * HOUR));
const times = fc
  .record({ startsAtMs: hours, endsAtMs: hours, expiresAtMs: hours })
  .filter(
    ({ startsAtMs, endsAtMs }) => startsAtMs === null || endsAtMs === null || startsAtMs < endsAtMs,
  );
const step = fc.oneof(
  fc.record({ make: times }),
  fc.record({ change: times, at: fc.nat() }),
  fc.record({ isActive: fc.boolean(), at: fc.nat() }),
  fc.record({ isArchived: fc.boolean(), title: fc.string(), at: fc.nat() }),
  fc.record({ remove: fc.nat() }),
  fc.record({ wait: fc.integer({ min: 0, max: 2 }) }),
);

describe("what a workspace has", () => {
  it("is counted exactly, whatever is made, changed and deleted, at any time", async ({
    expect,
  }) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 16 }), async (steps) => {
        const context = await newContext({ pastExpiry: true });
        let [links, nowMs]: [Link[], number] = [[], NOW];
        for (const one of steps) {
          const link = "at" in one ? links[one.at % Math.max(links.length, 1)] : undefined;
          if ("make" in one) links.push(await makeLink(context, one.make));
          else if ("wait" in one) nowMs += one.wait * HOUR;
          else if ("remove" in one) {
            const [gone] = links.splice(one.remove % Math.max(links.length, 1), 1);
            if (gone !== undefined) await deleteLink(context, gone);
          } else if (link !== undefined) {
            const { at: _at, ...changes } = "change" in one ? { ...one.change, at: 0 } : one;
            await updateLink(context, { id: link.id }, changes);
          }
          if ("wait" in one) {
            expect(await counted(context, nowMs)).toEqual(await recount(context, nowMs));
          }
        }
        expect(await counted(context, nowMs)).toEqual(await recount(context, nowMs));
      }),
      { numRuns: 10 },
    );
  });

  it("is found by numbered pages, across blocks with gaps", async ({ expect }) => {
    const context = await newContext();
    const { workspace } = context.access;
    const pro = {
      ...context,
      access: { ...context.access, workspace: { ...workspace, plan: "pro" } },
    } as const;
    const made = await makeLinks(
      pro,
      Array.from({ length: 600 }, () => input()),
    );
    let ids = made.flatMap((one) => (one.ok ? [one.value.id] : [])).toSorted((a, b) => b - a);
    expect(ids).toHaveLength(600);
    for (const id of [...ids.slice(0, 3), ...ids.slice(300, 400)]) await deleteLink(pro, { id });
    ids = [...ids.slice(3, 300), ...ids.slice(400)];
    const store = linkStore(databaseOf(env.DB), workspace.id);
    for (const page of [1, 2, 3, 4, 5, 6, 7]) {
      const { links, total } = await store.page({}, { page, perPage: 90 });
      expect(total).toBe(ids.length);
      expect(links.map(({ id }) => id)).toEqual(ids.slice((page - 1) * 90, page * 90));
    }
  });
});
