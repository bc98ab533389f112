import fc from "fast-check";
import { describe, it } from "vitest";

import { isReserved } from "../../src/codes/reserved.ts";
import { CUSTOM_CODE, suggestionsFor } from "../../src/codes/suggestions.ts";

describe("suggestionsFor", () => {
  it("stays within the grammar and never suggests the code itself", ({ expect }) => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (code) => {
        const suggestions = suggestionsFor(code);
        expect(suggestions.length).toBeGreaterThanOrEqual(3);
        expect(new Set(suggestions).size).toBe(suggestions.length);
        for (const suggestion of suggestions) {
          expect(suggestion).toMatch(CUSTOM_CODE);
          expect(suggestion).not.toBe(code);
          expect(isReserved(suggestion)).toBe(false);
        }
      }),
    );
  });

  it("begins with readable suggestions", ({ expect }) => {
    expect(suggestionsFor("mylink").slice(0, 3)).toEqual(["mylink-1", "mylink-2", "my-mylink"]);
  });
});
