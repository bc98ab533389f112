/** A variant of an A/B test, as stored and as part of the route record. */

export interface Variant {
  /** Public, and stored as the client sent it: clicks are counted under it. */
  readonly id: string;
  readonly name: string;
  /** As sent. */
  readonly url: string;
  /** Its share of the traffic relative to the other active variants; 0 gets no new visitors. */
  readonly weight: number;
  readonly active: boolean;
}

/** A variant as it is stored: a change that names its id again keeps its integer id. */
export interface StoredVariant extends Variant {
  readonly numericId: number;
}

/** A variant as the redirect needs it; the record contains only active ones. */
export interface RouteVariant {
  readonly id: string;
  /** Normalised (`URL.href`): sent in `Location` unchanged. */
  readonly to: string;
  readonly weight: number;
}

/** Returns the active variants as the route record holds them, in the same order. */
export function routeVariants(variants: readonly Variant[]): RouteVariant[] {
  return variants
    .filter(({ active }) => active)
    .map(({ id, url, weight }) => ({ id, to: new URL(url).href, weight }));
}
