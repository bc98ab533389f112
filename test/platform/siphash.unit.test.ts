import fc from "fast-check";
import { describe, it } from "vitest";

import { sipHash24, sipHashKey } from "../../src/platform/siphash.ts";

const KEY = sipHashKey(Uint8Array.from({ length: 16 }, (_, index) => index));

describe("sipHash24", () => {
  // From the reference implementation: the key 00…0f, and that many of the bytes 00, 01, …
  it.for([
    [0, "726fdb47dd0e0e31"],
    [1, "74f839c593dc67fd"],
    [2, "0d6c8009d9a94f5a"],
    [3, "85676696d7fb7e2d"],
    [4, "cf2794e0277187b7"],
    [5, "18765564cd99a68d"],
    [6, "cbc9466e58fee3ce"],
    [7, "ab0200f58b01d137"],
    [8, "93f5f5799a932462"],
    [15, "a129ca6149be45e5"],
  ] as const)("of %i bytes is the published %s", ([length, hash], { expect }) => {
    expect(
      sipHash24(
        KEY,
        Uint8Array.from({ length }, (_, index) => index),
      ),
    ).toBe(hash);
  });

  it("depends on every bit of the key and of the text", ({ expect }) => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 });
    const key = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(bytes, key, fc.nat(), (text, secret, at) => {
        const flipped = (whole: Uint8Array): Uint8Array => {
          const bit = at % (whole.length * 8);
          return whole.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
        };
        const hash = sipHash24(sipHashKey(secret), text);
        expect(sipHash24(sipHashKey(secret), flipped(text))).not.toBe(hash);
        expect(sipHash24(sipHashKey(flipped(secret)), text)).not.toBe(hash);
      }),
    );
  });
});
