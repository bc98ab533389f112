/** When two names are one tag, and which tags a filter finds. */

import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, it } from "vitest";

import { databaseOf } from "../../src/db/database.ts";
import { readExported } from "../../src/links/csv/exported-links.ts";
import type { LinkFilter } from "../../src/links/filter.ts";
import { keysLike, labelKey } from "../../src/links/label-key.ts";
import { linkStore } from "../../src/links/store.ts";
import { updateLink } from "../../src/links/update-link.ts";
import { allOf, input, makeLink, makeLinks, newContext } from "../support/link-context.ts";

const SAME = [
  ["News", "NEWS"],
  ["Résumé", "RÉSUMÉ"],
  ["Über", "U\u0308BER"],
  ["Straße", "STRASSE"],
  ["ﬁne", "Fine"],
  ["Ａ１", "a1"],
  ["ΟΔΟΣ", "οδος"],
  ["Привет", "ПРИВЕТ"],
] as const;
const OTHER = [
  ["résumé", "resume"],
  ["año", "ano"],
  ["bàn", "bán"],
  ["мой", "мои"],
  ["news", "new"],
  ["a b", "ab"],
] as const;

describe("a tag", () => {
  it.for(SAME)("is the same as %s and as %s", async ([name, other], { expect }) => {
    const context = await newContext();
    const first = await makeLink(context, { tags: [name, other] });
    expect(first.tags.map((tag) => tag.name)).toEqual([name]);
    const second = await makeLink(context, { tags: [other] });
    expect(second.tags).toEqual(first.tags);
    const unchanged = await updateLink(context, { id: first.id }, { tags: [other] });
    expect(unchanged).toMatchObject({ ok: true, value: { version: first.version } });
  });

  it.for(OTHER)("is another as %s and as %s", async ([name, other], { expect }) => {
    const context = await newContext();
    const link = await makeLink(context, { tags: [name, other] });
    expect(link.tags.map((tag) => tag.name).sort()).toEqual([name, other].sort());
  });

  it("has one key for all of its spellings, which a search for any of them finds", ({ expect }) => {
    const spelling = fc.string({ unit: "grapheme", maxLength: 12 });
    fc.assert(
      fc.property(spelling, (name) => {
        const key = labelKey(name);
        for (const same of [name.normalize("NFC"), name.normalize("NFD"), name.normalize("NFKC")]) {
          expect(labelKey(same)).toBe(key);
        }
        const [from, to] = keysLike(name);
        expect([from <= key, key < to]).toEqual([true, true]);
        expect(labelKey(`${name}x`) < from || labelKey(`${name}x`) >= to).toBe(true);
      }),
    );
  });
});

/** Returns what a list and an export find. */
async function found(workspaceId: number, filter: LinkFilter): Promise<number[][]> {
  const db = databaseOf(env.DB);
  const listed = await allOf(linkStore(db, workspaceId).walk(filter));
  const { links: paged } = await linkStore(db, workspaceId).page(filter, { page: 1, perPage: 10 });
  const exported = (await allOf(readExported(db, workspaceId, filter))).flat();
  return [listed, paged, exported].map((links) => links.map(({ id }) => id));
}

describe("a filter by tag", () => {
  it("finds names without case and accents, or the tag's UUID, in lists and exports", async ({
    expect,
  }) => {
    const context = await newContext();
    const { id: workspaceId } = context.access.workspace;
    const accented = await makeLink(context, { tags: ["Résumé"] });
    const plain = await makeLink(context, { tags: ["resume", "x"] });
    await makeLink(context, { tags: ["resumes"] });
    await makeLink(context);
    await makeLink(await newContext(), { tags: ["Résumé"] });
    const both = [plain.id, accented.id];
    for (const tag of ["resume", "RÉSUMÉ", "re\u0301sume\u0301"]) {
      expect(await found(workspaceId, { tag })).toEqual([both, both, both]);
    }
    const byUuid = { tag: accented.tags[0]?.uuid ?? "" };
    expect(await found(workspaceId, byUuid)).toEqual([[accented.id], [accented.id], [accented.id]]);
    for (const tag of ["", "resum", "unknown"]) {
      expect(await found(workspaceId, { tag })).toEqual([[], [], []]);
    }
    expect(await found((await newContext()).access.workspace.id, byUuid)).toEqual([[], [], []]);
  });

  it("reads no link for a tag that does not exist, and few for one on old links", async ({
    expect,
  }) => {
    const context = await newContext();
    const { id: workspaceId } = context.access.workspace;
    await makeLink(context, { tags: ["old"] });
    await makeLinks(
      context,
      Array.from({ length: 2_000 }, (_, n) => input({ tags: [`tag ${n % 300}`] })),
    );
    for (const [tag, rows] of [
      ["unknown", 10],
      [crypto.randomUUID(), 10],
      ["old", 30],
    ] as const) {
      const read = await rowsReadBy(async (db) => {
        await allOf(linkStore(db, workspaceId).walk({ tag }));
      });
      expect(read, tag).toBeLessThanOrEqual(rows);
    }
  });
});

/** Counts the rows that D1 reads for statements, by running each once more. */
async function rowsReadBy(run: (db: ReturnType<typeof databaseOf>) => Promise<void>) {
  const sent: D1PreparedStatement[] = [];
  const recording = new Proxy(env.DB, {
    get(database, name) {
      const value: unknown = Reflect.get(database, name);
      if (name !== "prepare") return typeof value === "function" ? value.bind(database) : value;
      return (query: string) => {
        const statement = database.prepare(query);
        const bind = statement.bind.bind(statement);
        return Object.assign(statement, {
          bind(...values: unknown[]) {
            sent.push(bind(...values));
            return bind(...values);
          },
        });
      };
    },
  });
  await run(databaseOf(recording));
  if (sent.length === 0) throw new Error("No statement was recorded.");
  const results = await Promise.all(sent.map((statement) => statement.all()));
  return results.reduce((sum, { meta }) => sum + meta.rows_read, 0);
}
