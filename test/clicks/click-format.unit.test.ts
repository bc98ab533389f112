import { describe, it } from "vitest";

import { CLICK_FORMAT, type Click } from "../../src/clicks/click.ts";
import type { LedgerId } from "../../src/ledger/ledger-id.ts";

const CLICK: Click = {
  ledger: "0b1f8a52-3c4d-4e6f-8a90-b1c2d3e4f506.eu" as LedgerId,
  linkId: 7,
  atMs: 1_764_000_000_000,
  kind: "visit",
  country: "UA",
  city: "Kyiv",
  referrer: "example.com",
  userAgent: "Mozilla/5.0",
  hints: ";Android;1",
  addressHash: "00112233445566aa",
  scan: true,
  rule: "r1",
  variant: "v1",
  token: "Zx81",
};

/** The row that deployed consumers read. No field may ever move. */
const ROW = [
  CLICK.ledger,
  7,
  1_764_000_000_000,
  "visit",
  "UA",
  "Kyiv",
  "example.com",
  "Mozilla/5.0",
  "00112233445566aa",
  1,
  "r1",
  "v1",
  ";Android;1",
];

describe("a click in a queue message", () => {
  it("a click is written in this order, with its token last", ({ expect }) => {
    expect(CLICK_FORMAT.pack(CLICK)).toEqual([...ROW, "Zx81"]);
    expect(CLICK_FORMAT.unpack([...ROW, "Zx81"])).toEqual(CLICK);
  });

  it("a click without a token leaves no place for one", ({ expect }) => {
    const plain = { ...CLICK, scan: false, token: null };
    const row = ROW.with(9, 0);
    expect(CLICK_FORMAT.pack(plain)).toEqual(row);
    expect(CLICK_FORMAT.unpack(row)).toEqual(plain);
    expect(CLICK_FORMAT.accepts([...row, null])).toBe(true);
    expect(CLICK_FORMAT.unpack([...row, null])).toEqual(plain);
  });

  it("a click may bring fields that a newer redirect has added", ({ expect }) => {
    const newer = [...ROW, "Zx81", "new", { also: "new" }];
    expect(CLICK_FORMAT.accepts(newer)).toBe(true);
    expect(CLICK_FORMAT.unpack(newer as never)).toEqual(CLICK);
  });

  it.for([
    [0, "twelve"],
    [1, 0],
    [2, -1],
    [2, 8_640_000_000_000_000],
    [3, "post"],
    [4, 7],
    [5, undefined],
    [6, false],
    [7, null],
    [8, "0011"],
    [9, true],
    [10, 1],
    [11, {}],
    [12, []],
    [13, "a b"],
  ] as const)("is refused when its place %i holds %j", ([place, value], { expect }) => {
    const row: unknown[] = [...ROW, null];
    row[place] = value;
    expect(CLICK_FORMAT.accepts(row)).toBe(false);
  });

  it("a click is refused when a field is missing", ({ expect }) => {
    expect(CLICK_FORMAT.accepts(ROW)).toBe(true);
    expect(CLICK_FORMAT.accepts(ROW.slice(0, -1))).toBe(false);
    expect(CLICK_FORMAT.accepts({ length: 13 })).toBe(false);
  });
});
