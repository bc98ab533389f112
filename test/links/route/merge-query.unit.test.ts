import fc from "fast-check";
import { describe, it } from "vitest";

import {
  LOCATION_LENGTH_MAX,
  toParameters,
  VISITOR_PARAMETERS_MAX,
  withParameters,
  withVisitorQuery,
} from "../../../src/links/route/merge-query.ts";

/**
 * Queries as they occur: not form-encoded, with empty parts, bare names and stray percent signs.
 */
const rawParameter = fc.oneof(
  fc.tuple(rawText(), rawText()).map(([name, value]) => `${name}=${value}`),
  rawText(),
  fc.constant(""),
);
const rawQuery = fc.array(rawParameter, { maxLength: 6 }).map((parts) => parts.join("&"));
const fragment = fc.constantFrom("", "#", "#part", "#?a=1&b=2", "#a#b");

function rawText(): fc.Arbitrary<string> {
  const unit = fc.constantFrom(
    ...Array.from("abqr019-._~!$()*,;:@/?[]+%| ü漢"),
    "qr=1",
    "%20",
    "%41",
    "%E9",
    "%C3",
    "%C3%BC",
    "%",
    "%zz",
  );
  return fc.string({ unit, maxLength: 5 });
}

/**
 * As a URL parses it: the visitor's query is from `request.url`, and a destination is stored as
 * `.href`.
 */
function queryOf(raw: string): string {
  return new URL(`https://sign.test/?${raw}`).search;
}

function pairsOf(query: string): [string, string][] {
  return [...new URLSearchParams(`&${query}`)];
}

describe("withParameters", () => {
  const parameters = fc.array(
    fc.tuple(fc.string({ minLength: 1, maxLength: 8 }), fc.string({ maxLength: 8 })),
    { maxLength: 6 },
  );

  it("keeps every byte of the destination and adds missing parameters before its fragment", ({
    expect,
  }) => {
    fc.assert(
      fc.property(rawQuery, fragment, parameters, (raw, hash, added) => {
        const destination = new URL(`https://example.com/path?${raw}${hash}`).href;
        const merged = withParameters(destination, toParameters(added));
        const [address = "", rest = ""] = destination.split(/(#.*)/s);
        expect(merged.startsWith(address)).toBe(true);
        expect(merged.endsWith(rest)).toBe(true);
        const own = pairsOf(new URL(destination).search.slice(1));
        const names = new Set(own.map(([name]) => name));
        const missing = added.filter(([name]) => !names.has(name.toWellFormed()));
        expect(pairsOf(new URL(merged).search.slice(1))).toEqual([
          ...own,
          ...missing.map((pair) => pair.map((text) => text.toWellFormed())),
        ]);
      }),
    );
  });

  it.for([
    ["https://example.com/?sig=a%20b+c", "https://example.com/?sig=a%20b+c&utm_source=x"],
    ["https://example.com/?", "https://example.com/?utm_source=x"],
    ["https://example.com/?a&", "https://example.com/?a&utm_source=x"],
    ["https://example.com/#/route?a=1", "https://example.com/?utm_source=x#/route?a=1"],
    ["https://example.com/?UTM_SOURCE=a", "https://example.com/?UTM_SOURCE=a&utm_source=x"],
    ["https://example.com/?utm%5Fsource=a", "https://example.com/?utm%5Fsource=a"],
    ["mailto:a@example.com", "mailto:a@example.com"],
    ["myapp://open?a=1", "myapp://open?a=1"],
    ["intent://x#Intent;scheme=https;end", "intent://x#Intent;scheme=https;end"],
  ] as const)("leads from %s to %s", ([destination, expected], { expect }) => {
    expect(withParameters(destination, toParameters([["utm_source", "x"]]))).toBe(expected);
  });

  it("leaves a destination unchanged when nothing is added", ({ expect }) => {
    const signed = "https://example.com/?sig=a%20b+c";
    expect(withParameters(signed, [])).toBe(signed);
  });

  it("adds nothing if the address would become too long for a header", ({ expect }) => {
    const destination = `https://example.com/${"d".repeat(8_000)}`;
    const room = LOCATION_LENGTH_MAX - destination.length - "?a=".length;
    const ofLength = (length: number) => toParameters([["a", "v".repeat(length)]]);
    expect(withParameters(destination, ofLength(room)).length).toBe(LOCATION_LENGTH_MAX);
    expect(withParameters(destination, ofLength(room + 1))).toBe(destination);
  });
});

describe("withVisitorQuery", () => {
  it("keeps every byte of the destination and of what the visitor sent", ({ expect }) => {
    fc.assert(
      fc.property(rawQuery, fragment, rawQuery, (raw, hash, sentRaw) => {
        const destination = new URL(`https://example.com/path?${raw}${hash}`).href;
        const sent = queryOf(sentRaw);
        const merged = withVisitorQuery(destination, sent, "qr=1");
        const [address = "", rest = ""] = destination.split(/(#.*)/s);
        const names = new Set(pairsOf(new URL(destination).search.slice(1)).map(([name]) => name));
        const kept = sent
          .slice(1)
          .split("&")
          .filter((part) => {
            const [pair] = pairsOf(part);
            return pair !== undefined && part !== "qr=1" && !names.has(pair[0]);
          });
        const open = address.endsWith("&") || address.indexOf("?") === address.length - 1;
        const separator = !address.includes("?") ? "?" : open ? "" : "&";
        const added = kept.length === 0 ? "" : separator + kept.join("&");
        expect(merged).toBe(address + added + rest);
      }),
    );
  });

  it.for([
    ["a=1&qr=1&b=2", "https://example.com/?a=1&b=2"],
    ["qr=1", "https://example.com/"],
    ["qr=1&qr=1", "https://example.com/"],
    ["qr=table-5", "https://example.com/?qr=table-5"],
    ["qr=menu&qr=1", "https://example.com/?qr=menu"],
    ["qr=&qr", "https://example.com/?qr=&qr"],
    ["qr=10&q%72=1", "https://example.com/?qr=10&q%72=1"],
    [
      "redirect=https%3A%2F%2Fa.test%2F%3Fb+c",
      "https://example.com/?redirect=https%3A%2F%2Fa.test%2F%3Fb+c",
    ],
    ["a;b=1&&=x", "https://example.com/?a;b=1&=x"],
    ["%zz=1", "https://example.com/?%zz=1"],
  ] as const)("forwards %s as it was sent", ([query, expected], { expect }) => {
    expect(withVisitorQuery("https://example.com/", `?${query}`, "qr=1")).toBe(expected);
  });

  it("forwards up to the maximum of parameters, and none of a query that has more", ({
    expect,
  }) => {
    const most = Array.from({ length: VISITOR_PARAMETERS_MAX }, (_, n) => `p${n}`).join("&");
    const destination = "https://example.com/";
    expect(withVisitorQuery(destination, `?${most}`, "qr=1")).toBe(`${destination}?${most}`);
    expect(withVisitorQuery(destination, `?${most}&one`, "qr=1")).toBe(destination);
    expect(withVisitorQuery(destination, `?${"a&".repeat(8_000)}`, "qr=1")).toBe(destination);
  });

  it("drops the visitor's query if the address would become too long for a header", ({
    expect,
  }) => {
    const destination = `https://example.com/${"d".repeat(7_000)}`;
    const room = LOCATION_LENGTH_MAX - destination.length - "?q=".length;
    const fits = withVisitorQuery(destination, `?q=${"v".repeat(room)}`, "qr=1");
    expect(fits.length).toBe(LOCATION_LENGTH_MAX);
    expect(withVisitorQuery(destination, `?q=${"v".repeat(room + 1)}`, "qr=1")).toBe(destination);
  });
});
