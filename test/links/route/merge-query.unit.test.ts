import fc from "fast-check";
import { describe, it } from "vitest";

import { withQuery } from "../../../src/links/route/merge-query.ts";

describe("withQuery", () => {
  const name = fc.string({ minLength: 1, maxLength: 8 });
  const query = fc
    .array(fc.tuple(name, fc.string({ maxLength: 8 })), { maxLength: 6 })
    .map((pairs) => new URLSearchParams(pairs));

  it("keeps all that the destination has, in order, and adds only what is missing", ({
    expect,
  }) => {
    fc.assert(
      fc.property(query, query, (own, sent) => {
        const destination = new URL("https://example.com/path#part");
        destination.search = own.toString();
        const merged = new URL(withQuery(destination.href, sent));
        const before = [...destination.searchParams];
        expect([...merged.searchParams].slice(0, before.length)).toEqual(before);
        expect([...merged.searchParams].slice(before.length)).toEqual(
          [...sent].filter(([key]) => !destination.searchParams.has(key)),
        );
        expect([merged.pathname, merged.hash]).toEqual(["/path", "#part"]);
      }),
    );
  });

  it("leaves a signed destination byte for byte alone when nothing is sent", ({ expect }) => {
    const signed = "https://example.com/?sig=a%20b+c";
    expect(withQuery(signed, new URLSearchParams())).toBe(signed);
  });
});
