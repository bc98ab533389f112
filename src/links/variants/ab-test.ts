/** The requested change of an A/B test, and its limits. */

import type { Variant } from "./variant.ts";

/** A change of a test; an absent field keeps its value. */
export interface AbTestChange {
  readonly enabled?: boolean;
  /** The complete list: variants that it leaves out are removed. */
  readonly variants?: readonly Variant[];
  /** Whether a visitor keeps the variant of the first visit. */
  readonly sticky?: boolean;
}

/** The most variants of one link. */
export const VARIANTS_MAX = 100;
/** The most characters of a variant's id, and of its name. */
export const VARIANT_TEXT_LENGTH_MAX = 100;
export const VARIANT_WEIGHT_MAX = 1_000_000;
