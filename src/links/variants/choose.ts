/** Chooses a visitor's variant: at random, or the one that the visitor already has. */

import type { RouteVariant } from "./variant.ts";

/**
 * Picks a variant with a probability proportional to its weight. `random01` is uniform in [0, 1).
 * Returns null if there is no variant, or none with a weight: the link's own destination then
 * applies.
 */
export function chooseVariant(
  active: readonly RouteVariant[],
  random01: number,
): RouteVariant | null {
  let total = 0;
  for (const { weight } of active) total += weight;
  // Integer weights add up exactly, so each share is exact and the sum below ends at `total`.
  const point = random01 * total;
  let reached = 0;
  for (const variant of active) {
    reached += variant.weight;
    if (point < reached) return variant;
  }
  return null;
}

/** Returns a variant's value in a sticky cookie: its id in characters that a cookie may contain. */
export function stickyValue({ id }: Pick<RouteVariant, "id">): string {
  return encodeURIComponent(id.toWellFormed());
}

/**
 * Returns the variant that a cookie names, or null if it names no active one. A variant of weight 0
 * keeps the visitors that it has.
 */
export function stickyVariant(
  active: readonly RouteVariant[],
  cookieValue: string | null,
): RouteVariant | null {
  const id = cookieValue === null ? null : decoded(cookieValue);
  // Decoded once, rather than every id encoded: a test may have a hundred.
  return id === null ? null : (active.find((variant) => variant.id.toWellFormed() === id) ?? null);
}

function decoded(value: string): string | null {
  try {
    return decodeURIComponent(value);
  } catch {
    return null; // not what `stickyValue` wrote
  }
}
