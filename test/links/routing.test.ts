/** Rules, A/B tests, limits and QR settings of links: what the use cases store, keep and refuse. */

import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { databaseOf } from "../../src/db/database.ts";
import type { LinkContext } from "../../src/links/context.ts";
import { createLink } from "../../src/links/create-link.ts";
import type { LinkInput } from "../../src/links/create-link.ts";
import { deleteLink } from "../../src/links/delete-link.ts";
import type { Link, LinkPart } from "../../src/links/link.ts";
import type { NewRule } from "../../src/links/rules/rule.ts";
import { linkStore } from "../../src/links/store.ts";
import { updateLink, type LinkChanges } from "../../src/links/update-link.ts";
import type { Variant } from "../../src/links/variants/variant.ts";
import { allOf, input, makeLink, newContext, NOW } from "../support/link-context.ts";
import { insertDomain } from "../support/link-rows.ts";
import { newCode } from "../support/native.ts";

const UA: NewRule = { targetUrl: "https://example.com/ua", countries: ["UA"] };
const DE: NewRule = { targetUrl: "https://example.com/de", countries: ["DE"], name: "Germany" };

function variant(id: string, over: Partial<Variant> = {}): Variant {
  return {
    id,
    name: `Variant ${id}`,
    url: `https://example.com/${id}`,
    weight: 50,
    active: true,
    ...over,
  };
}

async function change(context: LinkContext, { id }: Link, changes: LinkChanges): Promise<Link> {
  const updated = await updateLink(context, { id }, changes);
  if (!updated.ok) throw new Error(updated.error.reason);
  return updated.value;
}

async function since({ id }: Link): Promise<number | null> {
  return env.DB.prepare("select clicks_limit_since from links where id = ?")
    .bind(id)
    .first<number>("clicks_limit_since");
}

describe("a new link", () => {
  it("has no routing, limit or QR settings unless they are given", async ({ expect }) => {
    expect(await makeLink(await newContext())).toMatchObject({
      rules: [],
      abTest: { enabled: false, sticky: false, variants: [] },
      clicksLimit: null,
      qrSettings: null,
    });
  });

  it("stores its routing, limit and QR settings, and reads them back", async ({ expect }) => {
    const context = await newContext();
    const qrSettings = { color: "#1a1a2e", bgColor: "#ffffff", useLogo: true, logo: "data:x" };
    const link = await makeLink(context, {
      rules: [
        UA,
        { ...DE, timeStart: "09:00", timeEnd: "18:00", days: [1, 2], timezone: "visitor" },
      ],
      abTest: {
        enabled: true,
        sticky: true,
        variants: [variant("b"), variant("a", { active: false })],
      },
      clicksLimit: 10,
      qrSettings,
    });
    expect(link.rules).toEqual([
      { ...UA, id: expect.any(String), name: null },
      {
        ...DE,
        id: expect.any(String),
        timeStart: "09:00",
        timeEnd: "18:00",
        days: [1, 2],
        timezone: "visitor",
      },
    ]);
    expect(link.abTest).toEqual({
      enabled: true,
      sticky: true,
      variants: [
        { ...variant("b"), numericId: expect.any(Number) },
        { ...variant("a", { active: false }), numericId: expect.any(Number) },
      ],
    });
    expect(link).toMatchObject({ clicksLimit: 10, qrSettings });
    expect(await since(link)).toBe(1);
    const store = linkStore(databaseOf(env.DB), context.access.workspace.id);
    expect(await store.find({ id: link.id })).toEqual({ ok: true, value: link });
    const { rules, abTest, qrSettings: look, ...plain } = link;
    expect(await allOf(store.walk())).toEqual([plain]);
    for (const [part, value] of Object.entries({ rules, abTest, qrSettings: look })) {
      const parts = new Set([part as LinkPart]);
      expect(await allOf(store.walk({}, { parts }))).toEqual([{ ...plain, [part]: value }]);
    }
  });

  it("may open apps wherever it leads", async ({ expect }) => {
    const context = await newContext();
    const rules = [{ ...UA, targetUrl: " myapp://ua " }];
    const abTest = { enabled: false, variants: [variant("a", { url: "myapp://a" })] };
    const link = await makeLink(context, { rules, abTest });
    expect(link.rules[0]?.targetUrl).toBe("myapp://ua");
    expect(link.abTest.variants[0]?.url).toBe("myapp://a");
    const fields = {
      destinationUrl: "tel:+15551234567",
      expiredUrl: "mailto:info@example.com",
      limitReachedUrl: "myapp://over",
    };
    expect(await makeLink(context, fields)).toMatchObject(fields);
  });

  const refusals: readonly (readonly [Partial<LinkInput>, unknown])[] = [
    [
      { rules: [UA, { ...DE, targetUrl: "javascript:1" }] },
      { field: "rules[1].targetUrl", problem: "scheme_refused" },
    ],
    [
      { rules: [{ ...UA, targetUrl: "https://sign.test/x" }] },
      { field: "rules[0].targetUrl", problem: "own_host" },
    ],
    [
      { abTest: { enabled: false, variants: [variant("a", { url: "data:x" })] } },
      { field: "abTest.variants[0].url", problem: "scheme_refused" },
    ],
    [{ domain: "nobody.example" }, { reason: "domain_unavailable", hostname: "nobody.example" }],
    [{ domain: "not a host" }, { reason: "domain_unavailable" }],
  ];
  for (const [fields, error] of refusals) {
    it(`is refused with ${JSON.stringify(fields)}`, async ({ expect }) => {
      const context = await newContext();
      expect(await createLink(context, input(fields))).toMatchObject({ ok: false, error });
      const store = linkStore(databaseOf(env.DB), context.access.workspace.id);
      expect(await allOf(store.walk())).toEqual([]);
    });
  }

  it("can use only its workspace's own domains, once they are verified", async ({ expect }) => {
    const [context, other] = [await newContext(), await newContext()];
    const domain = `${newCode()}.example`;
    await insertDomain(context.access.workspace.id, domain);
    expect(await makeLink(context, { domain: domain.toUpperCase() })).toMatchObject({ domain });
    expect(await createLink(other, input({ domain }))).toMatchObject({
      error: { reason: "domain_unavailable", hostname: domain },
    });
    await env.DB.prepare("update domains set verified_at_ms = null where hostname = ?")
      .bind(domain)
      .run();
    expect(await createLink(context, input({ domain }))).toMatchObject({
      error: { reason: "domain_unavailable" },
    });
  });
});

describe("a change", () => {
  it("of another field keeps routing, limit and QR settings", async ({ expect }) => {
    const context = await newContext();
    const link = await makeLink(context, {
      rules: [UA],
      abTest: { enabled: true, variants: [variant("a"), variant("b")] },
      clicksLimit: 10,
    });
    const { rules, abTest, clicksLimit } = await change(context, link, { title: "New" });
    expect({ rules, abTest, clicksLimit }).toEqual({
      rules: link.rules,
      abTest: link.abTest,
      clicksLimit: 10,
    });
  });

  it("of the rules keeps the ids of unchanged ones, and removes the others", async ({ expect }) => {
    const context = await newContext();
    const link = await makeLink(context, { rules: [UA, DE] });
    const [ua, de] = link.rules;
    const swapped = await change(context, link, { rules: [DE, { ...UA, countries: ["PL"] }, UA] });
    expect(swapped.rules.map(({ id }) => id)).toEqual([de?.id, expect.any(String), ua?.id]);
    expect((await change(context, link, { rules: [] })).rules).toEqual([]);
  });

  it("of the variants keeps the integer ids of those named again", async ({ expect }) => {
    const context = await newContext();
    const abTest = { enabled: true, variants: [variant("a"), variant("b"), variant("c")] };
    const link = await makeLink(context, { abTest });
    const numbers = new Map(link.abTest.variants.map(({ id, numericId }) => [id, numericId]));
    const next = { variants: [variant("c", { weight: 1 }), variant("d"), variant("a")] };
    const { variants, enabled } = (await change(context, link, { abTest: next })).abTest;
    expect(enabled).toBe(true);
    expect(variants.map(({ id, weight }) => [id, weight])).toEqual([
      ["a", 50],
      ["c", 1],
      ["d", 50],
    ]);
    expect(variants[0]?.numericId).toBe(numbers.get("a"));
    expect(variants[1]?.numericId).toBe(numbers.get("c"));
  });

  it("turns a test off and removes its variants", async ({ expect }) => {
    const context = await newContext();
    const abTest = { enabled: true, sticky: true, variants: [variant("a"), variant("b")] };
    const link = await makeLink(context, { abTest });
    const off = await change(context, link, { abTest: { enabled: false, variants: [] } });
    expect(off.abTest).toEqual({ enabled: false, sticky: true, variants: [] });
  });

  it("starts a limit's count anew only if there was no limit", async ({ expect }) => {
    const context = await newContext();
    const link = await makeLink(context);
    expect(await since(link)).toBeNull();
    await change(context, link, { clicksLimit: 10 });
    expect(await since(link)).toBe(2);
    await change(context, link, { clicksLimit: 20 });
    await change(context, link, { clicksLimit: 5, title: "Lower" });
    expect(await since(link)).toBe(2);
    await change(context, link, { clicksLimit: null });
    expect(await since(link)).toBeNull();
    await change(context, link, { clicksLimit: null });
    await change(context, link, { clicksLimit: 20 });
    expect(await since(link)).toBe(6);
  });

  it("that is refused changes nothing at all", async ({ expect }) => {
    const context = await newContext();
    const [code, taken] = [newCode(), newCode()];
    await makeLink(context, { code: taken });
    const abTest = { enabled: true, variants: [variant("a"), variant("b")] };
    const link = await makeLink(context, { code, rules: [UA], abTest });
    const changes = {
      code: taken,
      rules: [],
      abTest: { enabled: false, variants: [] },
      clicksLimit: 1,
    };
    expect(await updateLink(context, { id: link.id }, changes)).toMatchObject({
      error: { reason: "code_taken" },
    });
    const stale = await updateLink(context, { id: link.id }, changes, { expectedVersions: [9] });
    expect(stale).toMatchObject({ error: { reason: "version_mismatch" } });
    const store = linkStore(databaseOf(env.DB), context.access.workspace.id);
    expect(await store.find({ id: link.id })).toEqual({ ok: true, value: link });
  });

  it("that spells the link's own domain differently moves nothing", async ({ expect }) => {
    const context = await newContext();
    const domain = `${newCode()}.example`;
    await insertDomain(context.access.workspace.id, domain);
    const link = await makeLink(context, { domain });
    const same = await change(context, link, { domain: domain.toUpperCase(), title: "Same" });
    expect(same).toMatchObject({ domain, code: link.code, title: "Same" });
  });

  it("to a domain that the workspace has not verified is refused, but a lost one may stay", async ({
    expect,
  }) => {
    const context = await newContext();
    const domain = `${newCode()}.example`;
    await insertDomain(context.access.workspace.id, domain);
    const link = await makeLink(context, { domain });
    await env.DB.prepare("delete from domains where hostname = ?").bind(domain).run();
    expect((await change(context, link, { domain, title: "Same" })).domain).toBe(domain);
    const moved = await updateLink(context, { id: link.id }, { domain: "nobody.example" });
    expect(moved).toMatchObject({ error: { reason: "domain_unavailable" } });
    expect((await change(context, link, { domain: "" })).domain).toBe("");
  });

  it("concurrent with others leaves one complete test, and one version per change", async ({
    expect,
  }) => {
    const context = await newContext();
    const link = await makeLink(context);
    const sets = Array.from({ length: 8 }, (_, at) => [variant(`a${at}`), variant(`b${at}`)]);
    await Promise.all(
      sets.map((variants) => change(context, link, { abTest: { enabled: true, variants } })),
    );
    const store = linkStore(databaseOf(env.DB), context.access.workspace.id);
    const after = await store.find({ id: link.id });
    if (!after.ok) throw new Error(after.error.reason);
    expect(after.value.version).toBe(9);
    const ids = after.value.abTest.variants.map(({ id }) => id);
    expect(sets.map((variants) => variants.map(({ id }) => id))).toContainEqual(ids);
  });

  it("concurrent with others, all for the same version, is made once", async ({ expect }) => {
    const context = await newContext();
    const link = await makeLink(context);
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, at) =>
        updateLink(
          context,
          { id: link.id },
          { abTest: { variants: [variant(`v${at}`)] } },
          { expectedVersions: [1] },
        ),
      ),
    );
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    const store = linkStore(databaseOf(env.DB), context.access.workspace.id);
    expect(await store.find({ id: link.id })).toMatchObject({
      value: { abTest: { variants: [expect.anything()] } },
    });
  });
});

describe("deleting a link", () => {
  it("deletes its variants", async ({ expect }) => {
    const context = await newContext();
    const { id } = await makeLink(context, {
      abTest: { enabled: false, variants: [variant("a")] },
    });
    await deleteLink({ ...context, nowMs: NOW }, { id });
    const left = env.DB.prepare("select count(*) n from variants where link_id = ?").bind(id);
    expect(await left.first("n")).toBe(0);
  });
});
