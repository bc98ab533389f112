import fc from "fast-check";
import { describe, it } from "vitest";

import {
  neutralise,
  readFlag,
  readTags,
  readTime,
  restore,
  writeTags,
  writeTime,
} from "../../../src/links/csv/cells.ts";

const starters = fc.constantFrom("'", "''", "'=", "''+", "=", "+", "-", "@", "\t", "\r", "");
const hostile = fc
  .tuple(starters, fc.string({ unit: "binary" }))
  .map(([start, rest]) => start + rest);

describe("neutralise and restore", () => {
  it("any text is restored from its neutralised cell", ({ expect }) => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(restore(neutralise(text))).toBe(text);
      }),
    );
  });

  it("no spreadsheet would run a neutralised cell", ({ expect }) => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(neutralise(text)).not.toMatch(/^[=+\-@\t\r]/);
      }),
    );
  });

  it.for([
    ["=1+1", "'=1+1"],
    ["+1", "'+1"],
    ["-x", "'-x"],
    ["@x", "'@x"],
    ["\tx", "'\tx"],
    ["\rx", "'\rx"],
    ["'=1+1", "''=1+1"],
    ["''=1", "'''=1"],
    ["'tis", "'tis"],
    ["'", "'"],
    ["x=1", "x=1"],
    ["", ""],
  ] as const)("write %j as %j", ([text, cell], { expect }) => {
    expect(neutralise(text)).toBe(cell);
    expect(restore(cell)).toBe(text);
  });
});

describe("tags of a cell", () => {
  it("tags are restored from a cell whatever they contain", ({ expect }) => {
    const name = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 50 })
      .map((text) => text.trim().toWellFormed())
      .filter((text) => text !== "");
    fc.assert(
      fc.property(fc.uniqueArray(name), (names) => {
        expect(readTags(writeTags(names))).toEqual(names);
      }),
    );
  });

  it.for([
    ["", []],
    ["a", ["a"]],
    [" a , b,,a ", ["a", "b"]],
    ['"a, b", c', ["a, b", "c"]],
    ['say "hi",x', ['say "hi"', "x"]],
    ['"""q"""', ['"q"']],
    ['"open, x', ['"open', "x"]],
  ] as const)("of %j are %j", ([cell, names], { expect }) => {
    expect(readTags(cell)).toEqual(names);
  });

  it("tags of a cell are read in linear time", ({ expect }) => {
    for (const piece of ['"a""', '"""b,', '"a,""b,', " ,"]) {
      expect(readTags(piece.repeat(2_500)).length).toBeGreaterThanOrEqual(0);
    }
  });
});

describe("times of a cell", () => {
  it.for([
    ["2026-05-01T00:00:00Z", "2026-05-01T00:00:00.000Z"],
    ["2026-05-01T00:00:00.123Z", "2026-05-01T00:00:00.123Z"],
    ["2026-05-01T02:30:00+02:30", "2026-05-01T00:00:00.000Z"],
    ["2026-05-01T02:30:00+0230", "2026-05-01T00:00:00.000Z"],
    ["2026-05-01 12:00", "2026-05-01T12:00:00.000Z"],
    ["2026-05-01 12:00:01 UTC", "2026-05-01T12:00:01.000Z"],
    ["2026-05-01", "2026-05-01T00:00:00.000Z"],
    ["2028-02-29", "2028-02-29T00:00:00.000Z"],
  ] as const)("read %s", ([text, iso], { expect }) => {
    expect(readTime(text)).toBe(Date.parse(iso));
  });

  it.for(["", "tomorrow", "2026-02-30", "2026-13-01", "01/05/2026", "2026-05-01T25:00:00Z", "5"])(
    "refuse %j",
    (text, { expect }) => {
      expect(readTime(text)).toBeNull();
    },
  );

  it.for(["9999-12-31T23:59:59-00:01", "0000-01-01T00:00:00+00:01"])(
    "refuse %s, which no year of four digits can show in UTC",
    (text, { expect }) => {
      expect(readTime(text)).toBeNull();
      expect(readTime(text.slice(0, -6))).not.toBeNull();
    },
  );

  it("times are restored from a cell exactly", ({ expect }) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (ms) => {
        expect(readTime(writeTime(ms))).toBe(ms);
      }),
    );
  });
});

describe("readFlag", () => {
  it("reads flags in their common spellings", ({ expect }) => {
    expect(["true", "TRUE", "1", "yes", "on", "t"].map(readFlag)).not.toContain(false);
    expect(["false", "False", "0", "no", "off", "f"].map(readFlag)).not.toContain(true);
    expect(["", "maybe", "2", "truely"].map(readFlag)).toEqual([null, null, null, null]);
  });
});
