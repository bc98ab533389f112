import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import { EXPORT_COLUMNS } from "../../../../../src/api/shared/wire/csv/columns.ts";
import { exportCsv } from "../../../../../src/api/shared/wire/csv/export.ts";
import { ledgerFor } from "../../../../../src/ledger/stub.ts";
import type { LinkContext } from "../../../../../src/links/context.ts";
import type { LinkFilter } from "../../../../../src/links/filter.ts";
import { SLICE_LINKS_MAX } from "../../../../../src/links/slices.ts";
import { DAY_MS } from "../../../../../src/platform/clock.ts";
import { batch, click } from "../../../../ledger/sample-clicks.ts";
import { input, makeLink, makeLinks, newContext, NOW } from "../../../../support/link-context.ts";
import { insertDomain } from "../../../../support/link-rows.ts";
import { newCode } from "../../../../support/native.ts";

const HEADER =
  "short_url,destination_url,short_code,title,description,tags,click_count,active,archived,password_protected,expires_at,created_at,expired_url,clicks_limit,limit_reached_url,forward_query,forward_path,social_title,social_description,social_image,crawlable,external_id\r\n";

function start(context: LinkContext, filter?: LinkFilter, options?: { bom: boolean }) {
  return exportCsv({ env, access: context.access }, EXPORT_COLUMNS, filter, options);
}

async function exported(context: LinkContext, filter?: LinkFilter): Promise<string> {
  return new Response(await start(context, filter)).text();
}

/** Puts links straight into D1, numbered from 1. */
async function insertMany(context: LinkContext, count: number): Promise<void> {
  await env.DB.prepare(
    `with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ?1)
     insert into links (uuid, workspace_id, user_id, code, destination_url, title, created_at_ms, updated_at_ms)
     select lower(hex(randomblob(16))), ?2, 'test', ?3 || n, 'https://example.com/' || n, 'Link ' || n, n, n
     from numbers`,
  )
    .bind(count, context.access.workspace.id, newCode())
    .run();
}

describe("exportCsv", () => {
  it("writes each documented column, newest first", async ({ expect }) => {
    const context = await newContext();
    const domain = `${newCode()}.example`;
    await insertDomain(context.access.workspace.id, domain);
    const [one, two] = [newCode(), newCode()];
    await makeLink(context, {
      code: one,
      title: "=1+1",
      description: 'say "hi"\r\nthere',
      tags: ["b", "a, c"],
      expiresAtMs: Date.parse("2026-12-31T00:00:00Z"),
      expiredUrl: "https://example.com/over",
      clicksLimit: 5,
      limitReachedUrl: "https://example.com/a,b",
      forwardPath: true,
      externalId: "cms-42",
      social: { title: "Card, one", image: "https://example.com/a.png" },
    });
    const second = await makeLink(context, { domain, code: two, isActive: false });
    await env.DB.prepare(
      "update links set archived_at_ms = 1, password_hash = 'x', password_version = 1 where id = ?",
    )
      .bind(second.id)
      .run();
    expect(await exported(context)).toBe(
      `${HEADER}https://${domain}/${two},https://example.com/x,${two},,,,0,false,true,true,,2026-05-04T10:00:00Z,,,,false,false,,,,false,\r\n` +
        `https://sign.test/${one},https://example.com/x,${one},'=1+1,"say ""hi""\r\nthere","""a, c"",b",0,true,false,false,2026-12-31T00:00:00Z,2026-05-04T10:00:00Z,https://example.com/over,5,"https://example.com/a,b",false,true,"Card, one",,https://example.com/a.png,false,cms-42\r\n`,
    );
  });

  it("is a header alone where there are no links, and begins with a mark on request", async ({
    expect,
  }) => {
    const context = await newContext();
    expect(await exported(context)).toBe(HEADER);
    const bytes = await new Response(await start(context, {}, { bom: true })).bytes();
    expect(Array.from(bytes.slice(0, 4))).toEqual([0xef, 0xbb, 0xbf, "s".charCodeAt(0)]);
  });

  it("takes the clicks from the Ledger, and an archived link for inactive", async ({ expect }) => {
    const context = await newContext();
    const [one, two] = [await makeLink(context), await makeLink(context)];
    await env.DB.prepare("update links set archived_at_ms = 1 where id = ?").bind(two.id).run();
    const human = click({ linkId: one.id });
    const bot = click({ linkId: one.id, class: "bot" });
    await ledgerFor(env, context.access.workspace.ledger).ingest([batch([human, human, bot])]);
    const lines = (await exported(context)).split("\r\n");
    expect(lines[1]).toContain(",0,false,true,false,");
    expect(lines[2]).toContain(",2,true,false,false,");
  });

  it("exports only links that match the filter, of its own workspace", async ({ expect }) => {
    const context = await newContext();
    await makeLink(await newContext(), { title: "foreign" });
    const collection = await env.DB.prepare(
      "insert into collections (uuid, workspace_id, name, name_key, created_at_ms) values (?, ?, 'c', 'c', 0) returning id",
    )
      .bind(crypto.randomUUID(), context.access.workspace.id)
      .first<{ id: number }>();
    const inCollection = collection?.id ?? 0;
    await makeLinks(context, [
      input({ title: "on", collection: inCollection }),
      input({ title: "off", isActive: false }),
      input({ title: "archived" }),
    ]);
    await env.DB.prepare("update links set archived_at_ms = 1 where title = 'archived'").run();
    await makeLink({ ...context, nowMs: NOW + DAY_MS }, { title: "later" });
    const titlesOf = async (filter: LinkFilter) =>
      (await exported(context, filter))
        .split("\r\n")
        .slice(1, -1)
        .map((line) => line.split(",")[3]);
    expect(await titlesOf({})).toEqual(["later", "archived", "off", "on"]);
    expect(await titlesOf({ isActive: true, isArchived: false })).toEqual(["later", "on"]);
    expect(await titlesOf({ isArchived: true })).toEqual(["archived"]);
    expect(await titlesOf({ collection: inCollection })).toEqual(["on"]);
    expect(await titlesOf({ createdFromMs: NOW + 1 })).toEqual(["later"]);
    expect(await titlesOf({ createdFromMs: NOW, createdBeforeMs: NOW + DAY_MS })).toEqual([
      "archived",
      "off",
      "on",
    ]);
  });

  it(
    "streams a hundred thousand links, one page at a time",
    { timeout: 120_000 },
    async ({ expect }) => {
      const COUNT = 100_000;
      const context = await newContext();
      await insertMany(context, COUNT);
      const prepared = vi.spyOn(env.DB, "prepare");
      const reader = (await start(context)).getReader();
      let [chunks, lines, largest, ahead] = [0, 0, 0, 0];
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        chunks += 1;
        largest = Math.max(largest, read.value.length);
        ahead = Math.max(ahead, prepared.mock.calls.length - 2 * chunks);
        for (const byte of read.value) if (byte === 10) lines += 1;
      }
      const queries = prepared.mock.calls.length;
      prepared.mockRestore();
      expect(lines).toBe(COUNT + 1);
      expect(chunks).toBe(COUNT / SLICE_LINKS_MAX);
      // Each slice is measured with the one before it, also what may follow a full one.
      expect(queries).toBe((2 * COUNT) / SLICE_LINKS_MAX + 1);
      expect(ahead).toBe(1);
      expect(largest).toBeLessThan(128 * 1024);
    },
  );

  it("stops reading once the client is gone", async ({ expect }) => {
    const context = await newContext();
    await insertMany(context, SLICE_LINKS_MAX * 3);
    const prepared = vi.spyOn(env.DB, "prepare");
    const reader = (await start(context)).getReader();
    await reader.read();
    await reader.cancel();
    const queries = prepared.mock.calls.length;
    prepared.mockRestore();
    // The sizes of a slice, its links, and the sizes of the next.
    expect(queries).toBe(3);
  });

  it("breaks off when a later page cannot be read, and never ends early", async ({ expect }) => {
    const context = await newContext();
    await insertMany(context, SLICE_LINKS_MAX * 2);
    const reader = (await start(context)).getReader();
    await reader.read();
    const prepared = vi.spyOn(env.DB, "prepare").mockImplementation(() => {
      throw new Error("The database fails on purpose.");
    });
    await expect(reader.read()).rejects.toThrow();
    prepared.mockRestore();
  });
});
