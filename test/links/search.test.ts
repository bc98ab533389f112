import { describe, it } from "vitest";

import { databaseOf } from "../../src/db/database.ts";
import { folded } from "../../src/links/folded.ts";
import { linkStore } from "../../src/links/store.ts";
import { updateLink } from "../../src/links/update-link.ts";
import { allOf, makeLink, newContext } from "../support/link-context.ts";

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

  it("folds what is folded to itself", ({ expect }) => {
    for (const text of ["ẞ", "ΐ", "ŉ", "ﬃ", "Ǆ", "İ", "ı", "ς", "ﬅ", "K"]) {
      expect(folded(folded(text))).toBe(folded(text));
    }
  });
});
