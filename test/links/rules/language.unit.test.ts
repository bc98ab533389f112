import fc from "fast-check";
import { describe, it } from "vitest";

import { includesLanguage, preferredLanguage } from "../../../src/links/rules/language.ts";

describe("preferredLanguage", () => {
  it.for([
    ["uk-UA,uk;q=0.9,en-US;q=0.8,en;q=0.7", "uk-ua"],
    ["en;q=0.5, de", "de"],
    ["en;q=0.8, fr;q=0.9, de;q=0.9", "fr"],
    ["EN", "en"],
    ["zh-Hant-TW, en", "zh-hant-tw"],
    ["en;level=1;q=0.3, nl;q=0.4", "nl"],
    ["*, uk;q=0.1", "uk"],
    ["en;q=0, uk;q=0", null],
    ["en;q=2, uk;q=0.1", "uk"],
    ["en;q=, uk;q=0.1", "uk"],
    ["*", null],
    ["", null],
    [null, null],
    [",,;;q=1,,", null],
    ["<script>", null],
  ] as const)("of %o is %o", ([header, preferred], { expect }) => {
    expect(preferredLanguage(header)).toBe(preferred);
  });

  it("never throws, and returns a language of the header", ({ expect }) => {
    const piece = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom("en", "uk-UA", "*", "q=0.5", ";", ",", " ", "=", "-"),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const header = pieces.join("");
        const preferred = preferredLanguage(header);
        if (preferred !== null) expect(header.toLowerCase()).toContain(preferred);
      }),
    );
  });
});

describe("includesLanguage", () => {
  it("counts regions and scripts as their language, and no other language", ({ expect }) => {
    expect(includesLanguage("pt", "pt-br")).toBe(true);
    expect(includesLanguage("pt-br", "pt-br")).toBe(true);
    expect(includesLanguage("pt-br", "pt")).toBe(false);
    expect(includesLanguage("uk", "ukr")).toBe(false);
    expect(includesLanguage("zh", "zh-hant-tw")).toBe(true);
  });
});
