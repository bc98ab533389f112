/**
 * The most clicked links of all time, kept exact without an index over all totals.
 *
 * A total only rises, so a link can enter only when it does. `bound` is the most that a link outside
 * of the list can have: it tells which links may enter after one has left by a purge.
 */

import type { LinkTotal } from "../contract.ts";

export interface Leaders {
  /** Most clicks first; among equals the older link. */
  readonly list: readonly LinkTotal[];
  readonly bound: number;
}

export const LEADERS_MAX = 50;
const LEADERS_MIN = 10;

export const NO_LEADERS: Leaders = { list: [], bound: 0 };

/** Takes risen totals in; each link at most once. */
export function raiseLeaders({ list, bound }: Leaders, risen: readonly LinkTotal[]): Leaders {
  const totals = new Map(list.map(({ linkId, clicks }) => [linkId, clicks]));
  let outside = bound;
  for (const { linkId, clicks } of risen) {
    if (totals.has(linkId) || clicks >= bound) totals.set(linkId, clicks);
  }
  const sorted = [...totals].map(([linkId, clicks]) => ({ linkId, clicks })).sort(byClicks);
  for (const { clicks } of sorted.splice(LEADERS_MAX)) outside = Math.max(outside, clicks);
  return { list: sorted, bound: outside };
}

export function dropLeader({ list, bound }: Leaders, linkId: number): Leaders {
  return { list: list.filter((leader) => leader.linkId !== linkId), bound };
}

/** Tells that so many have left that the list says too little, while other links have clicks. */
export function isDepleted({ list, bound }: Leaders): boolean {
  return list.length < LEADERS_MIN && bound > 0;
}

function byClicks(a: LinkTotal, b: LinkTotal): number {
  return b.clicks - a.clicks || a.linkId - b.linkId;
}
