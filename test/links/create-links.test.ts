import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { describe, it, vi } from "vitest";

import { allocatorFor } from "../../src/codes/code-allocator.ts";
import { databaseOf } from "../../src/db/database.ts";
import { createLink, type LinkInput } from "../../src/links/create-link.ts";
import { QR_SETTINGS_DEFAULT } from "../../src/links/qr/settings.ts";
import { linkStore } from "../../src/links/store.ts";
import { DAY_MS } from "../../src/platform/clock.ts";
import { counted, envWith } from "../support/faults.ts";
import { allOf, input, makeLinks, newContext, NOW } from "../support/link-context.ts";
import { insertDomain } from "../support/link-rows.ts";
import { newCode } from "../support/native.ts";

function variantOf(at: number) {
  return { id: `v${at}`, name: "V", url: `https://example.com/${at}`, weight: 1, active: true };
}

describe("createLinks", () => {
  it("creates a hundred links with every field in at most six round trips", async ({ expect }) => {
    const allocators = counted(env.CODE_ALLOCATOR, "getByName");
    const fresh = await newContext();
    const context = { ...fresh, env: envWith({ CODE_ALLOCATOR: allocators.binding }) };
    const domain = `${newCode()}.example`;
    await insertDomain(context.access.workspace.id, domain);
    const inserted = await env.DB.prepare(
      "insert into collections (uuid, workspace_id, name, name_key, created_at_ms) values (?, ?, 'c', 'c', 0) returning id",
    )
      .bind(crypto.randomUUID(), context.access.workspace.id)
      .first<{ id: number }>();
    const inputs = Array.from({ length: 100 }, (_, at) =>
      input({
        title: `Link ${at}`,
        tags: ["all", `tag ${at % 7}`],
        collection: inserted?.id ?? 0,
        domain,
        rules: [{ targetUrl: `https://example.com/${at}`, countries: ["UA"] }],
        abTest: { enabled: false, variants: [variantOf(at), variantOf(-at)] },
        clicksLimit: at + 1,
      }),
    );
    const batches = vi.spyOn(env.DB, "batch");
    const prepared = vi.spyOn(env.DB, "prepare");
    const results = await makeLinks(context, inputs);
    const batched = batches.mock.calls.flatMap(([statements]) => statements).length;
    const trips = batches.mock.calls.length + Math.max(prepared.mock.calls.length - batched, 0);
    batches.mockRestore();
    prepared.mockRestore();
    expect(trips).toBeLessThanOrEqual(6);
    expect(allocators.calls()).toBe(1);
    const links = results.flatMap((result) => (result.ok ? [result.value] : []));
    expect(links.map(({ title }) => title)).toEqual(inputs.map(({ title }) => title));
    expect(new Set(links.map(({ code }) => code)).size).toBe(100);
    expect(links[8]).toMatchObject({
      tags: [{ name: "all" }, { name: "tag 1" }],
      collection: { id: inserted?.id },
      domain,
      rules: [{ targetUrl: "https://example.com/8" }],
      abTest: { variants: [variantOf(8), variantOf(-8)] },
      clicksLimit: 9,
      version: 1,
      createdAtMs: NOW,
    });
    expect(links.map(({ id }) => id)).toEqual(links.map(({ id }) => id).toSorted((a, b) => a - b));
  });

  it("returns new links as D1 has them, whatever fields they have", async ({ expect }) => {
    const context = await newContext();
    const text = fc.string({ unit: "binary", maxLength: 30 });
    const time = fc.option(fc.integer({ min: NOW + 1, max: NOW + DAY_MS }));
    const any = fc.record<Partial<LinkInput>>(
      {
        title: fc.option(text),
        description: fc.option(text),
        tags: fc.array(fc.constantFrom("a", "Б", ' "c", ', ""), { maxLength: 3 }),
        isActive: fc.boolean(),
        startsAtMs: fc.constantFrom(null, NOW - 1),
        endsAtMs: time,
        expiresAtMs: time,
        expiredUrl: fc.constantFrom(null, "https://example.com/gone"),
        redirectStatus: fc.constantFrom(301, 302, 307, 308),
        forwardQuery: fc.boolean(),
        utm: fc.constantFrom({}, { utm_source: "ж" }),
        rules: fc.constantFrom([], [{ targetUrl: "https://example.com/r", countries: ["UA"] }]),
        abTest: fc.constantFrom({ enabled: true, sticky: true, variants: [variantOf(1)] }),
        clicksLimit: fc.constantFrom(null, 7),
        qrSettings: fc.constantFrom(null, QR_SETTINGS_DEFAULT),
      },
      { requiredKeys: [] },
    );
    const inputs = fc.sample(any, { numRuns: 60, seed: 11 }).map((over) => input(over));
    inputs.push(input({ password: "correct horse" }));
    const made = await makeLinks(context, inputs);
    const links = made.flatMap((result) => (result.ok ? [result.value] : []));
    expect(links).toHaveLength(inputs.length);
    const { id: workspaceId } = context.access.workspace;
    const ids = links.map(({ id }) => id);
    expect(links).toEqual(await linkStore(databaseOf(env.DB), workspaceId).findByIds(ids));
  });

  it("reads no more rows in a workspace of 3,000 links than in an empty one", async ({
    expect,
  }) => {
    const context = await newContext();
    await makeLinks(
      context,
      Array.from({ length: 3_000 }, () => input({ tags: ["all"] })),
    );
    const batches = vi.spyOn(env.DB, "batch");
    await makeLinks(context, [input({ tags: ["all", "new"] }), input()]);
    const [results] = await Promise.all(batches.mock.results.map(async ({ value }) => value));
    batches.mockRestore();
    const rowsRead = (results as D1Result[]).map(({ meta }) => meta.rows_read);
    expect(rowsRead.reduce((sum, rows) => sum + rows, 0)).toBeLessThan(100);
  });

  it("creates the valid links when others are refused", async ({ expect }) => {
    const context = await newContext();
    const taken = newCode();
    await createLink(await newContext(), input({ code: taken }));
    const twice = newCode();
    const results = await makeLinks(context, [
      input(),
      input({ code: taken }),
      input({ destinationUrl: "javascript:alert(1)" }),
      input({ code: "api" }),
      input({ code: twice }),
      input({ code: twice }),
      input({ collection: 987_654 }),
      input({ expiresAtMs: NOW }),
      input({ startsAtMs: 5, endsAtMs: 5 }),
      input({ expiredUrl: "https://sign.test/x" }),
    ]);
    expect(results.map((result) => (result.ok ? "made" : result.error))).toEqual([
      "made",
      { reason: "code_taken", code: taken },
      {
        reason: "destination_refused",
        field: "destinationUrl",
        problem: "scheme_refused",
        scheme: "javascript",
      },
      { reason: "code_reserved", code: "api" },
      "made",
      { reason: "code_taken", code: twice },
      { reason: "collection_not_found" },
      { reason: "expiry_past" },
      { reason: "schedule_inverted" },
      { reason: "destination_refused", field: "expiredUrl", problem: "own_host" },
    ]);
  });

  it("takes the next number when a custom code equals an automatic one", async ({ expect }) => {
    const domain = `${newCode()}.example`;
    const context = await newContext();
    await insertDomain(context.access.workspace.id, domain);
    // The coming codes cannot be predicted: the test allocates some, and turns the counter back.
    const allocator = allocatorFor(env, domain);
    const coming = await allocator.allocate(3);
    for (const code of coming) await createLink(context, input({ domain, code }));
    await runInDurableObject(allocator, (_, state) => state.storage.kv.put("next", 0));
    await evictDurableObject(allocator);
    const results = await makeLinks(context, [input({ domain }), input({ domain })]);
    expect(results.every(({ ok }) => ok)).toBe(true);
    const codes = results.flatMap((result) => (result.ok ? [result.value.code] : []));
    expect(codes.filter((code) => coming.includes(code))).toEqual([]);
  });

  it("accepts what the API's policy accepts", async ({ expect }) => {
    const context = await newContext({ pastExpiry: true });
    const result = await createLink(
      context,
      input({ destinationUrl: "myapp://open", expiresAtMs: NOW - DAY_MS }),
    );
    expect(result).toMatchObject({
      ok: true,
      value: { destinationUrl: "myapp://open", expiresAtMs: NOW - DAY_MS },
    });
  });

  it("splits an import that exceeds the size of one bound value", async ({ expect }) => {
    const context = await newContext();
    const description = "d".repeat(1_000);
    const inputs = Array.from({ length: 1_200 }, () => input({ description, tags: ["import"] }));
    const results = await makeLinks(context, inputs);
    expect(results.filter(({ ok }) => ok)).toHaveLength(1_200);
  });

  it("runs the statements alongside in the same batch, or nothing at all", async ({ expect }) => {
    const context = await newContext();
    const db = databaseOf(env.DB);
    const failing = () => [db.run(sql`insert into workspaces (uuid) values (${"x"})`)];
    await expect(createLink(context, input({ tags: ["t"] }), failing)).rejects.toThrow();
    const store = linkStore(db, context.access.workspace.id);
    expect(await allOf(store.walk())).toEqual([]);
  });
});
