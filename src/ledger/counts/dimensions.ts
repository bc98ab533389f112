/**
 * The dimensions by which a cell counts human clicks. Counting, the encoding of cells and reports
 * derive from this table: a dimension that is counted but in no report does not compile.
 */

import type { LedgerClick } from "../contract.ts";
import { hourOf } from "./day.ts";

export interface Counted {
  /** The cells that count the dimension; reports of other scopes do not have it. */
  readonly cells: "every" | "link" | "workspace";
  /** Returns the value that a click is counted under, or null if it is not counted. */
  readonly valueOf: (click: LedgerClick) => string | null;
}

/** The dimensions, in the order in which cells store them. */
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
  /** Counted when a conversion arrives, by the link it is attributed to, and never for a click. */
  conversion: inWorkspaces(() => null),
} as const satisfies Readonly<Record<string, Counted>>;

export type Dimension = keyof typeof DIMENSIONS;

/** All dimensions, in the order of the table. */
export const DIMENSION_NAMES = Object.keys(DIMENSIONS) as readonly Dimension[];

function inEvery(valueOf: Counted["valueOf"]): Counted {
  return { cells: "every", valueOf };
}

function inLinks(valueOf: Counted["valueOf"]): Counted {
  return { cells: "link", valueOf };
}

function inWorkspaces(valueOf: Counted["valueOf"]): Counted {
  return { cells: "workspace", valueOf };
}
