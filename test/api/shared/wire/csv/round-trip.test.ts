import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, it } from "vitest";

import { EXPORT_COLUMNS } from "../../../../../src/api/shared/wire/csv/columns.ts";
import { exportCsv } from "../../../../../src/api/shared/wire/csv/export.ts";
import { importRows } from "../../../../../src/api/shared/wire/csv/import.ts";
import { databaseOf } from "../../../../../src/db/database.ts";
import type { LinkContext } from "../../../../../src/links/context.ts";
import type { LinkInput } from "../../../../../src/links/create-link.ts";
import type { ListedLink } from "../../../../../src/links/link.ts";
import { linkStore } from "../../../../../src/links/store.ts";
import { allOf, makeLinks, newContext } from "../../../../support/link-context.ts";

/** Syntax of spreadsheets, CSV and SQL; every text begins with one of these. */
const start = fc.constantFrom(
  "=SUM(1)",
  "'=",
  "''=",
  "+1",
  "-1",
  "@a",
  "'",
  '"',
  '","',
  ",",
  ";",
  " ",
  "%",
  "👩‍👩‍👧‍👦",
  "٣",
  "\u2028",
  "\uFEFF",
  "true",
  "",
);
const text = (unit: fc.Arbitrary<string>) =>
  fc
    .oneof(
      { weight: 9, arbitrary: fc.tuple(start, fc.string({ unit })).map((parts) => parts.join("")) },
      { weight: 1, arbitrary: fc.constantFrom("x".repeat(2_000), "=".repeat(2_000)) },
    )
    .map((value) => value.toWellFormed());
const isPlain = (value: string) => !/\p{Cc}/u.test(value);
const line = text(fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }).filter(isPlain));
const lines = text(fc.constantFrom("\r\n", "\n", "\r", "\t", "=", '"', "'", "é"));
const name = line
  .map((value) => value.slice(0, 50).trim().toWellFormed())
  .filter((value) => value !== "");

const code = fc
  .tuple(fc.constantFrom("-", "_", "x"), fc.uuid())
  .map(([first, uuid]) => `${first}${uuid}`);
const url = fc
  .tuple(fc.webUrl({ withQueryParameters: true }), fc.constantFrom("", "#\"'", "?q=é,;"))
  .map((parts) => parts.join("").replace("example", "other"));
const input: fc.Arbitrary<LinkInput> = fc.record({
  destinationUrl: url,
  title: fc.option(line),
  description: fc.option(lines),
  tags: fc.uniqueArray(name, { maxLength: 4 }),
  code: fc.option(code, { nil: undefined }),
  isActive: fc.boolean(),
  expiresAtMs: fc.option(fc.integer({ min: 0, max: 4_102_444_800_000 })),
  expiredUrl: fc.option(url),
  clicksLimit: fc.option(fc.integer({ min: 1 })),
  limitReachedUrl: fc.option(url),
  forwardQuery: fc.boolean(),
  forwardPath: fc.boolean(),
  crawlable: fc.boolean(),
  externalId: fc.option(fc.tuple(name, fc.uuid()).map((parts) => parts.join("-"))),
  social: fc.option(
    fc.record(
      {
        title: line.map((value) => `c${value.slice(0, 200).toWellFormed()}`),
        description: lines.map((value) => `d${value.slice(0, 200).toWellFormed()}`),
        image: fc.constantFrom("https://example.com/a.png", "https://example.com/ü,\"'.png"),
      },
      { requiredKeys: ["title"] },
    ),
  ),
});

async function linksOf({ access }: LinkContext): Promise<ListedLink[]> {
  return allOf(linkStore(databaseOf(env.DB), access.workspace.id).walk());
}

/** The columns that an export and an import both have. */
function shared({ destinationUrl, code: own, title, description, ...link }: ListedLink) {
  return {
    destinationUrl,
    own,
    title: title === "" ? null : title,
    description: description === "" ? null : description,
    tags: link.tags.map((tag) => tag.name),
    isActive: link.isActive,
    expiresAtMs: link.expiresAtMs,
    expiredUrl: link.expiredUrl,
    clicksLimit: link.clicksLimit,
    limitReachedUrl: link.limitReachedUrl,
    forwardQuery: link.forwardQuery,
    forwardPath: link.forwardPath,
    crawlable: link.crawlable,
    externalId: link.externalId,
    social: link.social,
  };
}

describe("an export, imported into a fresh workspace", () => {
  it(
    "gives the same links in the columns that both have",
    { timeout: 120_000 },
    async ({ expect }) => {
      await fc.assert(
        fc.asyncProperty(fc.array(input, { minLength: 1, maxLength: 6 }), async (inputs) => {
          const from = await newContext({ pastExpiry: true });
          const made = await makeLinks(from, inputs);
          expect(made.filter(({ ok }) => !ok)).toEqual([]);
          const before = await linksOf(from);
          const file = await exportCsv(
            { env, access: from.access },
            EXPORT_COLUMNS,
            {},
            {
              bom: true,
            },
          );
          const csv = await new Response(file).text();
          // Another installation, where these codes are free.
          await env.DB.prepare("delete from links where workspace_id = ?")
            .bind(from.access.workspace.id)
            .run();
          const into = await newContext();
          const report = await importRows(into, csv);
          expect(report).toMatchObject({ ok: true, value: { errors: [] } });
          const after = (await linksOf(into)).reverse();
          expect(after.map(shared)).toEqual(before.map(shared));
        }),
        { numRuns: 60 },
      );
    },
  );
});
