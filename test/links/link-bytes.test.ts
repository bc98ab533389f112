/** The bytes that a workspace's links store: measured, and limited by the plan. */

import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, it } from "vitest";

import { PLANS } from "../../src/access/plans.ts";
import type { Plan } from "../../src/config.ts";
import type { LinkContext } from "../../src/links/context.ts";
import { createLink, createLinks } from "../../src/links/create-link.ts";
import { deleteLink } from "../../src/links/delete-link.ts";
import { type LinkChanges, updateLink } from "../../src/links/update-link.ts";
import { addVariant, removeVariant } from "../../src/links/variants/change-variants.ts";
import { input, makeLink, newContext } from "../support/link-context.ts";

const MAX = PLANS.pro.linkBytesMax ?? 0;

/** What `link-size.ts` promises, measured anew. */
const MEASURED = `500 + octet_length(destination_url) + coalesce(octet_length(title), 0)
  + coalesce(octet_length(description), 0) + coalesce(octet_length(external_id), 0) + coalesce(octet_length(expired_url), 0)
  + coalesce(octet_length(limit_reached_url), 0) + coalesce(octet_length(social), 0) + coalesce(octet_length(utm_params), 0) + coalesce(octet_length(rules), 0)
  + coalesce(octet_length(qr_settings), 0) + (
    select coalesce(sum(100 + octet_length(public_id) + octet_length(name) + octet_length(url)), 0)
    from variants where link_id = links.id
  )`;

async function bytesOf(id: number): Promise<{ bytes: number; measured: number }> {
  const row = await env.DB.prepare(`select bytes, ${MEASURED} as measured from links where id = ?`)
    .bind(id)
    .first<{ bytes: number; measured: number }>();
  if (row === null) throw new Error("There is no such link.");
  return row;
}

function on(plan: Plan, context: LinkContext): LinkContext {
  const { access } = context;
  return { ...context, access: { ...access, workspace: { ...access.workspace, plan } } };
}

/** Leaves so much room in a workspace, by a link that is said to be very large. */
async function leaveRoom(context: LinkContext, room: number): Promise<void> {
  const { id } = await makeLink(context);
  const { workspace } = context.access;
  await env.DB.prepare(
    `update links set bytes = ?1 - (
       select coalesce(sum(bytes), 0) from links where workspace_id = ?2 and id <> ?3
     ) where id = ?3`,
  )
    .bind(MAX - room, workspace.id, id)
    .run();
}

const text = fc.string({ unit: "grapheme", maxLength: 40 });
const url = fc.webUrl().filter((one) => one.length < 500);
const fields = fc.record(
  {
    destinationUrl: url,
    title: fc.option(text),
    description: fc.option(text),
    externalId: fc.option(fc.uuid()),
    expiredUrl: fc.option(url),
    limitReachedUrl: fc.option(url),
    social: fc.option(fc.record({ title: text, description: text })),
    utm: fc.option(fc.constantFrom({}, { utm_source: "ж" }, { utm_a: "1", utm_b: "漢" })),
    rules: fc.array(
      fc.record({ targetUrl: url, countries: fc.constant(["UA"]), name: fc.option(text) }),
      { maxLength: 3 },
    ),
    abTest: fc.uniqueArray(fc.constantFrom("a", "b", "ж")).chain((ids) =>
      fc.array(url, { minLength: 3, maxLength: 3 }).map((urls) => ({
        variants: ids.map((id, at) => ({
          id,
          name: `V ${id}`,
          url: urls[at] ?? "https://example.com",
          weight: 1,
          active: true,
        })),
      })),
    ),
  },
  { requiredKeys: [] },
);

describe("a link's bytes", () => {
  it("are what it stores, after any changes", async ({ expect }) => {
    const context = await newContext();
    await fc.assert(
      fc.asyncProperty(fields, fc.array(fields, { maxLength: 3 }), async (first, changes) => {
        const { id } = await makeLink(context, first);
        for (const change of [{}, ...changes] as LinkChanges[]) {
          expect((await updateLink(context, { id }, change)).ok).toBe(true);
          const { bytes, measured } = await bytesOf(id);
          expect(bytes).toBe(measured);
        }
      }),
      { numRuns: 25 },
    );
  });

  it("follow its variants", async ({ expect }) => {
    const context = await newContext();
    const { id } = await makeLink(context);
    const before = await bytesOf(id);
    const url = "https://example.com/v";
    await addVariant(context, { id }, { id: "v", name: "V", url, weight: 1, active: true });
    expect((await bytesOf(id)).bytes).toBe(before.bytes + 100 + 1 + 1 + url.length);
    await removeVariant(context, { id }, { id: "v" });
    expect(await bytesOf(id)).toEqual(before);
  });
});

describe("the plan's bytes", () => {
  it("refuse what would exceed them, and admit what just fits", async ({ expect }) => {
    const context = await newContext();
    const pro = on("pro", context);
    const { id } = await makeLink(context);
    const { bytes } = await bytesOf(id);
    await leaveRoom(context, bytes);
    const error = {
      reason: "quota_exceeded",
      quota: "linkBytes",
      plan: "pro",
      limit: MAX,
      used: MAX - bytes,
    };
    const longer = input({ destinationUrl: `${input().destinationUrl}y` });
    expect(await createLink(pro, longer)).toEqual({ ok: false, error });
    expect(await createLinks(pro, [input(), input()])).toEqual({ ok: false, error });
    expect((await createLink(pro, input())).ok).toBe(true);
    expect((await createLink(pro, input())).ok).toBe(false);
  });

  it("refuse a link that grows, and admit one that shrinks or stays", async ({ expect }) => {
    const context = await newContext();
    const pro = on("pro", context);
    const ref = { id: (await makeLink(context, { title: "four" })).id };
    await leaveRoom(context, 0);
    expect(await updateLink(pro, ref, { title: "fives" })).toMatchObject({
      error: { quota: "linkBytes", limit: MAX, used: MAX },
    });
    const variant = { name: "V", url: "https://example.com", weight: 1, active: true };
    expect(await addVariant(pro, ref, variant)).toMatchObject({ error: { quota: "linkBytes" } });
    expect((await updateLink(pro, ref, { title: "ruof", isActive: false })).ok).toBe(true);
    expect((await updateLink(pro, ref, { title: "six" })).ok).toBe(true);
    expect((await updateLink(pro, ref, { title: "four" })).ok).toBe(true);
    expect((await updateLink(pro, ref, { title: "fives" })).ok).toBe(false);
    await deleteLink(pro, { id: (await makeLink(context)).id });
    expect((await bytesOf(ref.id)).bytes).toBe((await bytesOf(ref.id)).measured);
  });

  it("are never exceeded by calls at once", async ({ expect }) => {
    const context = await newContext();
    const pro = on("pro", context);
    const { id } = await makeLink(context);
    const { bytes } = await bytesOf(id);
    await leaveRoom(context, 2 * bytes + 10);
    const made = await Promise.all(Array.from({ length: 6 }, () => createLink(pro, input())));
    expect(made.filter(({ ok }) => ok)).toHaveLength(2);
    const titles = Array.from({ length: 6 }, () => updateLink(pro, { id }, { title: "sixsix" }));
    expect((await Promise.all(titles)).filter(({ ok }) => ok).length).toBeGreaterThan(0);
    const used = await env.DB.prepare("select sum(bytes) n from links where workspace_id = ?")
      .bind(context.access.workspace.id)
      .first<number>("n");
    expect(used).toBeLessThanOrEqual(MAX);
  });
});
