import { describe, it } from "vitest";

import type { LedgerClick } from "../../../src/ledger/contract.ts";
import { decodeCell, encodeCell } from "../../../src/ledger/counts/cell-codec.ts";
import {
  countForLink,
  countForWorkspace,
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
  for (const one of clicks) countForLink(cell, one);
  return cell;
}

function ofWorkspace(clicks: readonly LedgerClick[]): Cell {
  const cell = emptyCell();
  for (const one of clicks) countForWorkspace(cell, one);
  return cell;
}

describe("a cell", () => {
  it("comes back from its text as it was", ({ expect }) => {
    const cell = ofLink(CLICKS);
    expect(decodeCell(encodeCell(cell))).toEqual(cell);
    expect(decodeCell(encodeCell(emptyCell()))).toEqual(emptyCell());
  });

  it("is read although another version knows more or fewer dimensions", ({ expect }) => {
    const { classes, values } = decodeCell('{"c":["human",2],"planet":["Mars",1],"os":["iOS",2]}');
    expect([...classes]).toEqual([["human", 2]]);
    expect([...values.os]).toEqual([["iOS", 2]]);
    expect([...values.country]).toEqual([]);
  });

  it("adds up to what the clicks of both would have counted", ({ expect }) => {
    const sum = ofLink(CLICKS.slice(0, 2));
    mergeCell(sum, ofLink(CLICKS.slice(2)));
    expect(sum).toEqual(ofLink(CLICKS));
  });

  it("is without a purged link as if that had never been clicked", ({ expect }) => {
    const workspace = ofWorkspace(CLICKS);
    subtractLink(workspace, ofLink(CLICKS.filter(({ linkId }) => linkId === 1)), 1);
    expect(workspace).toEqual(ofWorkspace(CLICKS.filter(({ linkId }) => linkId === 2)));
  });

  it("takes a purged link's values from (other) where it had no room for them", ({ expect }) => {
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
