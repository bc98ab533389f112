/** What must not compile: `tsc -p test` fails where a line below is no error any more. */

import { describe, expectTypeOf, it } from "vitest";

import type { Click } from "../../src/clicks/click.ts";
import type { LedgerClick, LoggedClick } from "../../src/ledger/contract.ts";
import { asIs, FLAG, rowFormat, unchecked, type RowFormat } from "../../src/platform/row-format.ts";

interface Seen {
  readonly country: string | null;
  readonly scan: boolean;
  readonly language: string;
}

const TEXT = asIs((value): value is string => typeof value === "string");
const TEXT_OR_NULL = unchecked<string | null>();

describe("the format of an object type", () => {
  it("names all of its fields", () => {
    const format = rowFormat<Seen>()([
      ["country", TEXT_OR_NULL, "optional"],
      ["scan", FLAG],
      ["language", TEXT],
    ]);
    expectTypeOf(format).toEqualTypeOf<RowFormat<Seen>>();

    // @ts-expect-error -- `language` would be neither written, read nor checked.
    rowFormat<Seen>()([
      ["country", TEXT_OR_NULL],
      ["scan", FLAG],
    ]);
  });

  it("names no other field, and writes each as its type asks for", () => {
    rowFormat<Pick<Seen, "scan">>()([
      ["scan", FLAG],
      // @ts-expect-error -- There is no such field.
      ["browser", TEXT],
    ]);
    // @ts-expect-error -- A boolean is no text.
    rowFormat<Pick<Seen, "scan">>()([["scan", TEXT]]);
    // @ts-expect-error -- Would refuse every click without a country.
    rowFormat<Pick<Seen, "country">>()([["country", TEXT]]);
    // @ts-expect-error -- Would let null in where there is always a language.
    rowFormat<Pick<Seen, "language">>()([["language", TEXT_OR_NULL]]);
    // @ts-expect-error -- What older rows lack is null, which a language never is.
    rowFormat<Pick<Seen, "language">>()([["language", TEXT, "optional"]]);
    expectTypeOf(TEXT).not.toExtend<typeof TEXT_OR_NULL>();
    expectTypeOf(TEXT_OR_NULL).not.toExtend<typeof TEXT>();
  });
});

describe("a field of a click", () => {
  it("travels from the redirect to the log, but for what is named here", () => {
    type ReadOffTheUserAgent = "class" | "device" | "browser" | "os" | "agentHash";
    expectTypeOf<Exclude<keyof LedgerClick, keyof Click>>().toEqualTypeOf<ReadOffTheUserAgent>();
    type OnlyOnTheWay = "ledger" | "kind" | "userAgent" | "hints";
    expectTypeOf<Exclude<keyof Click, keyof LedgerClick>>().toEqualTypeOf<OnlyOnTheWay>();
    expectTypeOf<Exclude<keyof LedgerClick, keyof LoggedClick>>().toEqualTypeOf<"token">();
    expectTypeOf<Exclude<keyof LoggedClick, keyof LedgerClick>>().toEqualTypeOf<"id" | "eventId">();
  });
});
