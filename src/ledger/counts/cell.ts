/**
 * The counts of one day, for one link or for the whole workspace.
 *
 * Pure, and bounded: at most 500 values per dimension, regardless of what visitors send, and
 * conversions of at most 20,000 links. `bounds.ts` limits the length of a value.
 */

import type { ClickClass, LedgerClick } from "../contract.ts";
import { OTHER } from "./bounds.ts";
import { DIMENSION_NAMES, DIMENSIONS, type Counted, type Dimension } from "./dimensions.ts";

export interface Cell {
  /** All clicks of the day by class. The other counts are of human clicks, or of conversions. */
  readonly classes: Map<ClickClass, number>;
  readonly values: Record<Dimension, Map<string, number>>;
  scans: number;
}

export const VALUES_MAX = 500;
/** The limit for variants of all time: ten times as many as a link may have at once. */
const LINK_VARIANTS_MAX = 1_000;
/** Higher than other limits, as shops and not visitors report conversions; 20 bytes per link. */
const CONVERTED_LINKS_MAX = 20_000;
/** Ten years of 500 new hostile values per day would not fit into memory. */
const SUM_VALUES_MAX = 20_000;

export function emptyCell(): Cell {
  const entries = DIMENSION_NAMES.map((dimension) => [dimension, new Map<string, number>()]);
  return {
    classes: new Map(),
    values: Object.fromEntries(entries) as Record<Dimension, Map<string, number>>,
    scans: 0,
  };
}

export function countClass(cell: Cell, clickClass: ClickClass, n = 1): void {
  if (n > 0) cell.classes.set(clickClass, (cell.classes.get(clickClass) ?? 0) + n);
}

interface NamedDimension extends Counted {
  readonly name: Dimension;
}

const COUNTED = DIMENSION_NAMES.map((name): NamedDimension => ({ name, ...DIMENSIONS[name] }));

/** Counts a click in the cells of its link and of its workspace: most of their counts are the same. */
export function countClick(link: Cell, workspace: Cell, click: LedgerClick): void {
  countClass(link, click.class);
  countClass(workspace, click.class);
  if (click.class !== "human") return;
  for (const { name, cells, valueOf } of COUNTED) {
    const value = valueOf(click);
    if (value === null) continue;
    if (cells !== "workspace") count(link.values[name], value);
    if (cells !== "link") count(workspace.values[name], value);
  }
  if (!click.scan) return;
  link.scans += 1;
  workspace.scans += 1;
}

/** Adds clicks of a variant to a link's all-time counts. */
export function countVariant(counts: Map<string, number>, variant: string, n = 1): void {
  raise(counts, named(counts, variant, LINK_VARIANTS_MAX), n);
}

/** Counts conversions in the workspace's cell, by the link that they are attributed to. */
export function countConversion({ values }: Cell, linkId: number, n = 1): void {
  const counts = values.conversion;
  raise(counts, named(counts, String(linkId), CONVERTED_LINKS_MAX), n);
}

/** Adds a day to a sum. A sum may exceed 500 values; past 20,000 its rarest join `(other)`. */
export function mergeCell(target: Cell, source: Cell): void {
  for (const [clickClass, n] of source.classes) countClass(target, clickClass, n);
  for (const dimension of DIMENSION_NAMES) {
    const counts = target.values[dimension];
    for (const [value, n] of source.values[dimension]) raise(counts, value, n);
    if (counts.size > SUM_VALUES_MAX) keepLargest(counts, SUM_VALUES_MAX / 2);
  }
  target.scans += source.scans;
}

/**
 * Subtracts a purged link's day from its workspace's day.
 *
 * A value that the workspace's cell had no room for is subtracted from `(other)`. A count that is
 * `(other)` in the link's cell but named in the workspace's stays, since its name is lost.
 */
export function subtractLink(workspace: Cell, link: Cell, linkId: number): void {
  for (const [clickClass, n] of link.classes) lower(workspace.classes, clickClass, n);
  for (const dimension of DIMENSION_NAMES) {
    const counts = workspace.values[dimension];
    for (const [value, n] of link.values[dimension]) {
      lower(counts, OTHER, lower(counts, value, n));
    }
  }
  const links = workspace.values.link;
  lower(links, OTHER, lower(links, String(linkId), link.classes.get("human") ?? 0));
  workspace.scans = Math.max(0, workspace.scans - link.scans);
}

/** Subtracts a purged link's conversions from its workspace's day. */
export function subtractConversions({ values }: Cell, linkId: number, n: number): void {
  lower(values.conversion, OTHER, lower(values.conversion, String(linkId), n));
}

/** Lowers a count to no less than zero, and returns what could not be subtracted of `n`. */
export function lower<Value>(counts: Map<Value, number>, value: Value, n: number): number {
  const left = (counts.get(value) ?? 0) - n;
  if (left > 0) counts.set(value, left);
  else counts.delete(value);
  return Math.max(0, -left);
}

function count(counts: Map<string, number>, value: string): void {
  const known = counts.get(value);
  if (known === undefined) raise(counts, named(counts, value, VALUES_MAX), 1);
  else counts.set(value, known + 1);
}

/** Returns the value, or `(other)` when there is no room for another value. */
function named(counts: ReadonlyMap<string, number>, value: string, valuesMax: number): string {
  // `(other)` itself may be the 501st value.
  const room = counts.has(value) || counts.size - (counts.has(OTHER) ? 1 : 0) < valuesMax;
  return room ? value : OTHER;
}

function raise(counts: Map<string, number>, value: string, n: number): void {
  counts.set(value, (counts.get(value) ?? 0) + n);
}

function keepLargest(counts: Map<string, number>, valuesMax: number): void {
  const ranked = [...counts].sort(([, a], [, b]) => b - a);
  for (const [value, n] of ranked.slice(valuesMax)) {
    if (value === OTHER) continue;
    counts.delete(value);
    raise(counts, OTHER, n);
  }
}
