/**
 * The most clicked links of all time, exact without an index over all totals.
 *
 * Totals only rise, so a link can enter the list only when its own total rises. `bound` is the most
 * clicks that a link outside the list can have: it decides which links may enter after a purge has
 * removed one.
 */

import type { LinkTotal } from "./contract.ts";

export interface Leaders {
  /** The most clicks first; on a tie, the older link. */
  readonly list: readonly LinkTotal[];
  readonly bound: number;
}

export const LEADERS_MAX = 50;
const LEADERS_MIN = 10;

export const NO_LEADERS: Leaders = { list: [], bound: 0 };

/** Updates the list with totals that have risen, each link at most once. */
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

/** Whether purges have left the list too short while other links have clicks. */
export function isDepleted({ list, bound }: Leaders): boolean {
  return list.length < LEADERS_MIN && bound > 0;
}

function byClicks(a: LinkTotal, b: LinkTotal): number {
  return b.clicks - a.clicks || a.linkId - b.linkId;
}
