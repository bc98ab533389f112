import fc from "fast-check";
import { describe, it } from "vitest";

import { databaseOf } from "../../src/db/database.ts";
import { folded } from "../../src/links/folded.ts";
import { linkStore } from "../../src/links/store.ts";
import { updateLink } from "../../src/links/update-link.ts";
import { allOf, makeLink, newContext } from "../support/link-context.ts";
import { newCode } from "../support/native.ts";

describe("a search", () => {
  it.for([
    ["Über uns", "über"],
    ["Über uns", "uber"],
    ["Über uns", "ÜBER"],
    ["U\u0308ber uns", "über"],
    ["Über uns", "u\u0308ber"],
    ["Привет, мир", "привет"],
    ["Йод", "йо"],
    ["Straße", "STRASSE"],
    ["Straße", "strasse"],
    ["ΟΔΟΣ Αθηνών", "οδος αθη"],
    ["İstanbul", "istanbul"],
    ["Ｆｕｌｌ ｗｉｄｔｈ", "full"],
    ["Plain", "ＰＬＡＩＮ"],
    ["Plain", "pLAIN"],
    ["Crème brûlée 100%", "brulee 100%"],
    ["हिन्दी", "हिन्दी"],
  ])("finds %s by %s, and nothing else", async ([title, q], { expect }) => {
    const context = await newContext();
    const { env, access } = context;
    const link = await makeLink(context, { title });
    const changed = await makeLink(context, { title: "other" });
    await makeLink(context, { title: "nothing of it" });
    await updateLink(context, { id: changed.id }, { title });
    const gone = await makeLink(context, { title });
    await updateLink(context, { id: gone.id }, { title: "no more" });
    const found = await allOf(linkStore(databaseOf(env.DB), access.workspace.id).walk({ q }));
    expect(found.map(({ id }) => id)).toEqual([changed.id, link.id]);
  });

  it("finds destinations, and tags whose letters are composed otherwise", async ({ expect }) => {
    const context = await newContext();
    const store = linkStore(databaseOf(context.env.DB), context.access.workspace.id);
    const destinationUrl = "https://example.com/Überblick";
    const { id } = await makeLink(context, { destinationUrl, tags: ["Über"] });
    await makeLink(context);
    for (const filter of [
      { q: "überbl" },
      { q: "/ÜBERB" },
      { tag: "U\u0308ber" },
      { tag: "Über" },
    ]) {
      expect((await allOf(store.walk(filter))).map((link) => link.id)).toEqual([id]);
    }
  });

  it("finds exactly the links of which a text contains it, each once and newest first", async ({
    expect,
  }) => {
    const context = await newContext();
    const other = await newContext();
    const store = linkStore(databaseOf(context.env.DB), context.access.workspace.id);
    const letters = fc.string({
      unit: fc.constantFrom("a", "b", "x", "z", ".", "Ä", "ß", "ж", "😀"),
    });
    await fc.assert(
      fc.asyncProperty(letters, letters, fc.nat(20), async (title, path, from) => {
        await makeLink(other, { title });
        await makeLink(context, { title, destinationUrl: `https://example.com/${path}` });
        const links = await allOf(store.walk());
        for (const text of [title, path]) {
          const q = Array.from(text)
            .slice(from % 7, (from % 7) + 1 + (from % 5))
            .join("");
          const wanted = folded(q);
          const holds = (part: string | null) => folded(part ?? "").includes(wanted);
          const expected = links.filter(
            (link) => holds(link.code) || holds(link.title) || holds(link.destinationUrl),
          );
          const found = await allOf(store.walk({ q }));
          expect(found.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
        }
      }),
      { numRuns: 25 },
    );
  });

  it("finds a text that is as long as a link may have", async ({ expect }) => {
    const context = await newContext();
    const store = linkStore(databaseOf(context.env.DB), context.access.workspace.id);
    const long = Array.from({ length: 1_500 }, (_, n) => n.toString(36)).join("/");
    const { id } = await makeLink(context, { destinationUrl: `https://example.com/${long}` });
    await makeLink(context, { destinationUrl: `https://example.com/${long.slice(0, -1)}!` });
    expect((await allOf(store.walk({ q: long.slice(-900) }))).map((link) => link.id)).toEqual([id]);
  });

  it("finds a link by its code until it gets another", async ({ expect }) => {
    const context = await newContext();
    const store = linkStore(databaseOf(context.env.DB), context.access.workspace.id);
    const [before, after] = [newCode(), newCode()];
    const { id } = await makeLink(context, { code: before });
    await updateLink(context, { id }, { code: after });
    expect(await allOf(store.walk({ q: before }))).toEqual([]);
    expect(await allOf(store.walk({ q: after.toUpperCase() }))).toMatchObject([{ id }]);
  });

  it("folds what is folded to itself", ({ expect }) => {
    for (const text of ["ẞ", "ΐ", "ŉ", "ﬃ", "Ǆ", "İ", "ı", "ς", "ﬅ", "K"]) {
      expect(folded(folded(text))).toBe(folded(text));
    }
  });
});
