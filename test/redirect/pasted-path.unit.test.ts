import fc from "fast-check";
import { describe, it } from "vitest";

import { CODE } from "../../src/links/route/address.ts";
import { readPastedPath } from "../../src/redirect/pasted-path.ts";

/** As a request has it: an URL encodes what is not ASCII, and keeps most of the rest. */
function read(sent: string) {
  const { pathname, search } = new URL(`https://sign.test${sent}`);
  return readPastedPath(pathname, search);
}

const code = fc.string({
  unit: fc.constantFrom(...Array.from("abcXYZ0189-_")),
  minLength: 1,
  maxLength: 100,
});

describe("a pasted path", () => {
  it.for([
    "/my-code.",
    "/my-code,",
    "/my-code%20",
    "/my-code%E2%80%8B",
    "//my-code",
    "/my%2Dcode",
    "/my-code%E2%80%A6",
    "/(my-code",
    "/my-code%3E",
    "/my-code…",
    "/my-code。",
    "/「my-code」",
    "/«my-code»",
    "/“my-code”",
    "/'my-code',",
    "/%22my-code%22).",
    "/**my-code**",
    "/`my-code`",
    "/my-code؟",
    "/my-code।",
    "/my-code！）",
    "/my-code\u00A0",
    "/my-code\u200E",
    "/\uFEFFmy-code",
    "/my-code\uFE0F",
    "/my-code%0D%0A",
    "///my-code//",
    "/my-code/.",
    "/%6D%79%2d%63ode",
    "/my-code%3F",
    "/my-code—",
    "/my-code~",
    "/my-code|",
    "/my-code=",
  ])("is read from %s", (sent, { expect }) => {
    const asked = { code: "my-code", preview: false, qr: null };
    expect(read(sent)).toEqual({ asked, query: "" });
  });

  it.for([
    ["/c/qr.svg/", { code: "c", preview: false, qr: "svg" }],
    ["//c/qr.png.", { code: "c", preview: false, qr: "png" }],
    ["/(c)/qr.svg", { code: "c", preview: false, qr: "svg" }],
    ["/c%2B", { code: "c", preview: true, qr: null }],
    ["/(c+).", { code: "c", preview: true, qr: null }],
    ["/c.+", { code: "c", preview: true, qr: null }],
    ["/c%2B/", { code: "c", preview: true, qr: null }],
  ] as const)("keeps what %s asks for", ([sent, asked], { expect }) => {
    expect(read(sent)?.asked).toEqual(asked);
  });

  it.for([
    ["/c&utm_source=x", "?utm_source=x"],
    ["/c&utm_source=x?b=1", "?utm_source=x&b=1"],
    ["/c.?a=%20", "?a=%20"],
    ["/c&amp;utm_source=x&amp=1", "?utm_source=x&amp=1"],
    ["/c%3Fa=caf%E9&b", "?a=caf%E9&b"],
    ["/c/%26qr=1", "?qr=1"],
    ["/c&", ""],
  ] as const)("gives %s the query that was meant", ([sent, query], { expect }) => {
    const asked = { code: "c", preview: false, qr: null };
    expect(read(sent)).toEqual({ asked, query });
  });

  it.for([
    "/",
    "/...",
    "/a.b",
    "/a–b",
    "/sp%20ace",
    "/caf%E9",
    "/%E9",
    "/cafe%CC%81",
    "/code%F0%9F%98%80",
    "/code%2541",
    "/+",
    "/c++",
    "/&c",
    "/%E2%80",
    "/с", // Cyrillic
    `/${"%61".repeat(400)}`,
  ])("names no code in %s", (sent, { expect }) => {
    expect(read(sent)).toBeNull();
  });

  it("is read as the code that it surrounds, whatever clings to it", ({ expect }) => {
    const unit = fc.constantFrom(...Array.from(".,;:!)(]}>'\"*…。」’”»\u200B\u00A0\uFE0F /"));
    const clings = fc.string({ unit, maxLength: 6 });
    fc.assert(
      fc.property(code, clings, clings, fc.boolean(), (meant, before, after, encodes) => {
        const around = (text: string) => (encodes ? encodeURIComponent(text) : text);
        expect(readPastedPath(`/${around(before)}${meant}${around(after)}`, "")).toEqual({
          asked: { code: meant, preview: false, qr: null },
          query: "",
        });
      }),
    );
  });

  it("never turns one code into another", ({ expect }) => {
    const unit = fc.oneof(
      fc.constantFrom(...Array.from("aZ9-_+%.&?/()。\u200B😀é ")),
      fc.constantFrom("%2D", "%61", "%26", "%3F", "%E2%80%8B", "/qr.svg"),
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 20 }), (sent) => {
        const { code: found, rest } = readPastedPath(`/${sent}`, "")?.asked ?? {};
        if (found === undefined) return;
        expect(found).toMatch(CODE);
        // The only run of a code's characters before the query, or in the first part of a longer
        // path: there was nothing else to find.
        const [first = ""] = sent.replace(/^\/+/, "").split("/");
        const [address = ""] = rest === undefined ? sent.split(/&|%26|%3F/i) : [first];
        const plain = decodeURIComponent(address.replaceAll(/%(?![0-9a-f]{2})/giu, "%25"));
        const ending = /\/qr\.(?:svg|png)[^A-Za-z0-9_-]*$/u;
        const runs = plain.replace(ending, "").match(/[A-Za-z0-9_-]+/g);
        expect(runs).toEqual([found]);
      }),
      { numRuns: 2_000 },
    );
  });
});
