/** What a variant of an A/B test is: as it is kept, and as it travels in the route record. */

export interface Variant {
  /** Public, and kept as the client gave it: clicks are counted under it. */
  readonly id: string;
  readonly name: string;
  /** As sent. */
  readonly url: string;
  /** Its share of the traffic, relative to the other active variants; 0 takes nobody new. */
  readonly weight: number;
  readonly active: boolean;
}

/** A variant as it is stored: a change that names its id again keeps its number. */
export interface StoredVariant extends Variant {
  readonly numericId: number;
}

/** A variant as the redirect needs it; only active ones travel. */
export interface RouteVariant {
  readonly id: string;
  /** Normalised (`URL.href`): goes into `Location` as it is. */
  readonly to: string;
  readonly weight: number;
}

/** Gives the active variants as they travel in the route record, in the same order. */
export function routeVariants(variants: readonly Variant[]): RouteVariant[] {
  return variants
    .filter(({ active }) => active)
    .map(({ id, url, weight }) => ({ id, to: new URL(url).href, weight }));
}
