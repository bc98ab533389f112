/**
 * What a cell counts people's clicks by. Counting, the encoding of cells and reports follow from this
 * table: a dimension that is counted and that no report shows does not compile.
 */

import type { LedgerClick } from "../contract.ts";
import { hourOf } from "./day.ts";

interface Counted {
  /** The cells that count it; a report asks for what only one kind of cell tells apart there. */
  readonly cells: "every" | "link" | "workspace";
  /** Returns the value that a click counts for, or null where it counts for none. */
  readonly valueOf: (click: LedgerClick) => string | null;
}

/** In the order in which cells are stored. */
export const DIMENSIONS = {
  hour: inEvery(({ atMs }) => String(hourOf(atMs))),
  country: inEvery(({ country }) => country ?? ""),
  city: inEvery(({ city, country }) => (city === null ? null : `${country ?? ""}/${city}`)),
  device: inEvery(({ device }) => device),
  browser: inEvery(({ browser }) => browser),
  os: inEvery(({ os }) => os),
  referrer: inEvery(({ referrer }) => referrer ?? ""),
  rule: inLinks(({ rule }) => rule),
  variant: inLinks(({ variant }) => variant),
  ruleReferrer: inLinks(({ rule, referrer }) =>
    rule === null ? null : `${referrer ?? ""}/${rule}`,
  ),
  variantReferrer: inLinks(({ variant, referrer }) =>
    variant === null ? null : `${referrer ?? ""}/${variant}`,
  ),
  link: inWorkspaces(({ linkId }) => String(linkId)),
  /** By the link that it is attributed to, when it comes: no click says yet what it will lead to. */
  conversion: inWorkspaces(() => null),
} as const satisfies Readonly<Record<string, Counted>>;

export type Dimension = keyof typeof DIMENSIONS;

/** All dimensions, in the order of the table. */
export const DIMENSION_NAMES = Object.keys(DIMENSIONS) as readonly Dimension[];

export type CountedValue = readonly [dimension: Dimension, valueOf: Counted["valueOf"]];

/** Returns what the cells of links, or those of workspaces, count of each click. */
export function countedIn(kind: "link" | "workspace"): readonly CountedValue[] {
  return DIMENSION_NAMES.flatMap((name): CountedValue[] => {
    const { cells, valueOf }: Counted = DIMENSIONS[name];
    return cells === "every" || cells === kind ? [[name, valueOf]] : [];
  });
}

function inEvery(valueOf: Counted["valueOf"]): Counted {
  return { cells: "every", valueOf };
}

function inLinks(valueOf: Counted["valueOf"]): Counted {
  return { cells: "link", valueOf };
}

function inWorkspaces(valueOf: Counted["valueOf"]): Counted {
  return { cells: "workspace", valueOf };
}
