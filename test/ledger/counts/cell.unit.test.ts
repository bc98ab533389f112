/** Tests the counts of a day and their encoding. */

import { describe, it } from "vitest";

import type { LedgerClick } from "../../../src/ledger/contract.ts";
import { decodeCell, encodeCell } from "../../../src/ledger/counts/cell-codec.ts";
import {
  countClick,
  emptyCell,
  mergeCell,
  subtractLink,
  type Cell,
} from "../../../src/ledger/counts/cell.ts";
import { click, NOON } from "../sample-clicks.ts";

const CLICKS: readonly LedgerClick[] = [
  click({ rule: "r1", scan: true }),
  click({ rule: "r2", referrer: null, atMs: NOON + 3_600_000 }),
  click({ linkId: 2, variant: "1714000000000", city: null, country: null }),
  click({ linkId: 2, class: "bot" }),
];

function ofLink(clicks: readonly LedgerClick[]): Cell {
  const cell = emptyCell();
  for (const one of clicks) countClick(cell, emptyCell(), one);
  return cell;
}

function ofWorkspace(clicks: readonly LedgerClick[]): Cell {
  const cell = emptyCell();
  for (const one of clicks) countClick(emptyCell(), cell, one);
  return cell;
}

describe("a cell", () => {
  it("is unchanged by encoding and decoding", ({ expect }) => {
    const cell = ofLink(CLICKS);
    expect(decodeCell(encodeCell(cell))).toEqual(cell);
    expect(decodeCell(encodeCell(emptyCell()))).toEqual(emptyCell());
  });

  it("can be read from a version that knows more or fewer dimensions", ({ expect }) => {
    const { classes, values } = decodeCell('{"c":["human",2],"planet":["Mars",1],"os":["iOS",2]}');
    expect([...classes]).toEqual([["human", 2]]);
    expect([...values.os]).toEqual([["iOS", 2]]);
    expect([...values.country]).toEqual([]);
  });

  it("merged with another equals one cell that counts the clicks of both", ({ expect }) => {
    const sum = ofLink(CLICKS.slice(0, 2));
    mergeCell(sum, ofLink(CLICKS.slice(2)));
    expect(sum).toEqual(ofLink(CLICKS));
  });

  it("without a purged link equals a cell in which the link was never clicked", ({ expect }) => {
    const workspace = ofWorkspace(CLICKS);
    subtractLink(workspace, ofLink(CLICKS.filter(({ linkId }) => linkId === 1)), 1);
    expect(workspace).toEqual(ofWorkspace(CLICKS.filter(({ linkId }) => linkId === 2)));
  });

  it("subtracts a purged link's values from (other) if it had no room for them", ({ expect }) => {
    const many = Array.from({ length: 500 }, (_, n) =>
      click({ linkId: 2, referrer: `h${n}.example` }),
    );
    const late = [click({ referrer: "late.example" }), click({ referrer: "later.example" })];
    const workspace = ofWorkspace([...many, ...late]);
    expect(workspace.values.referrer.get("(other)")).toBe(2);
    subtractLink(workspace, ofLink(late), 1);
    expect(workspace).toEqual(ofWorkspace(many));
  });
});
