/** What must not compile: `tsc -p test` fails where a line below is no error any more. */

import { describe, expectTypeOf, it } from "vitest";

import { type BreakdownWords, wordBreakdowns } from "../../src/api/shared/breakdowns.ts";
import type { LedgerClick } from "../../src/ledger/contract.ts";
import type { Breakdowns } from "../../src/ledger/counts/contract.ts";
import { DIMENSION_NAMES, type Dimension } from "../../src/ledger/counts/dimensions.ts";
import type { ShownDimensions } from "../../src/ledger/reports.ts";

const EMPTY: Breakdowns = {
  hours: [3, 4],
  countries: [],
  cities: [],
  devices: [],
  browsers: [],
  os: [],
  referrers: [],
  referrerHosts: [],
  links: [],
};

describe("a dimension", () => {
  it("is stored under its name, in this order", ({ expect }) => {
    const shared = "hour country city device browser os referrer";
    const apart = "rule variant ruleReferrer variantReferrer link conversion";
    const names = `${shared} ${apart}`.split(" ");
    expect(DIMENSION_NAMES).toEqual(names);
  });

  it("is shown by reports once it is counted", () => {
    expectTypeOf<keyof ShownDimensions>().toEqualTypeOf<Dimension>();
    expectTypeOf<Omit<ShownDimensions, "os">>().not.toExtend<ShownDimensions>();
  });

  it("is what a click says, or a combination of it", () => {
    type Said = Exclude<Dimension, "hour" | "link" | "conversion" | `${string}Referrer`>;
    expectTypeOf<Said>().toExtend<keyof LedgerClick>();
  });
});

describe("the words of a dialect", () => {
  it("a dialect has words for each breakdown, or says that it has none", ({ expect }) => {
    const words = {
      hours: ["perHour", (hours) => hours.length],
      countries: null,
      cities: null,
      devices: null,
      browsers: null,
      os: null,
      referrers: null,
      referrerHosts: null,
      links: null,
    } as const satisfies BreakdownWords;
    const worded = wordBreakdowns(words, EMPTY);
    expectTypeOf(worded).toEqualTypeOf<{ perHour: number }>();
    expect(worded).toEqual({ perHour: 2 });

    const { os: _, ...fewer } = words;
    // @ts-expect-error -- `os` would be forgotten.
    wordBreakdowns(fewer, EMPTY);
  });
});
