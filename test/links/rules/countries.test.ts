import { describe, it } from "vitest";

import {
  continentOf,
  CONTINENTS,
  countryMeant,
  EUROPEAN_UNION,
  isCountry,
} from "../../../src/links/rules/countries.ts";

const LETTERS = Array.from({ length: 26 }, (_, n) => String.fromCharCode(65 + n));
const COUNTRIES = LETTERS.flatMap((a) => LETTERS.map((b) => a + b)).filter((code) =>
  isCountry(code),
);

describe("the table of countries", () => {
  it("holds the 249 of ISO 3166-1 and Kosovo, each known to the runtime", ({ expect }) => {
    const names = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
    expect(COUNTRIES).toHaveLength(250);
    expect(COUNTRIES.filter((code) => names.of(code) === undefined)).toEqual([]);
  });

  it("holds nothing that people or Cloudflare write for something else", ({ expect }) => {
    for (const code of ["UK", "EU", "EN", "XX", "T1", "ZZ", "AP", "JA", "ua", "UKR", ""]) {
      expect(isCountry(code), code).toBe(false);
    }
  });

  it("puts each country on one continent", ({ expect }) => {
    for (const code of COUNTRIES) expect(Object.keys(CONTINENTS)).toContain(continentOf(code));
    expect(["UA", "TR", "CY", "RU", "EG", "MX", "AU", "BR", "AQ"].map(continentOf)).toEqual([
      "EU",
      "AS",
      "EU",
      "EU",
      "AF",
      "NA",
      "OC",
      "SA",
      "AN",
    ]);
    expect(continentOf("T1")).toBeNull();
  });

  it("knows the 27 members of the European Union", ({ expect }) => {
    expect(new Set(EUROPEAN_UNION).size).toBe(27);
    expect(EUROPEAN_UNION.filter((code) => continentOf(code) !== "EU")).toEqual([]);
    for (const code of ["GB", "NO", "CH", "UA"]) expect(EUROPEAN_UNION).not.toContain(code);
  });
});

describe("countryMeant", () => {
  it.for([
    ["UK", "GB"],
    ["uk", "GB"],
    ["ua", "UA"],
    [" de ", "DE"],
    ["EL", "GR"],
    ["JA", "JP"],
    ["ZZ", null],
    ["constructor", null],
    ["", null],
  ] as const)("takes %o for %o", ([text, meant], { expect }) => {
    expect(countryMeant(text)).toBe(meant);
  });
});
