/** Chooses a visitor's variant: by chance, or the one that the visitor already has. */

import type { RouteVariant } from "./variant.ts";

/**
 * Gives a variant with the probability of its weight among all. `random01` is uniform, from 0 and
 * below 1. Null where there is no variant, or none with a weight: the link's own destination then.
 */
export function chooseVariant(
  active: readonly RouteVariant[],
  random01: number,
): RouteVariant | null {
  let total = 0;
  for (const { weight } of active) total += weight;
  // Whole weights add up without error, so each share is exact; and the sum below ends at `total`.
  const point = random01 * total;
  let reached = 0;
  for (const variant of active) {
    reached += variant.weight;
    if (point < reached) return variant;
  }
  return null;
}

/** Gives what a sticky cookie says of a variant: its id in characters that a cookie may hold. */
export function stickyValue({ id }: Pick<RouteVariant, "id">): string {
  return encodeURIComponent(id.toWellFormed());
}

/**
 * Gives the variant that a cookie names, or null when it names none that is still active. One of
 * weight 0 keeps the visitors that it has.
 */
export function stickyVariant(
  active: readonly RouteVariant[],
  cookieValue: string | null,
): RouteVariant | null {
  if (cookieValue === null) return null;
  return active.find((variant) => stickyValue(variant) === cookieValue) ?? null;
}
