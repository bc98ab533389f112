/** What may be asked of an A/B test, and its limits. */

import type { Variant } from "./variant.ts";

/** A change of a test; what is absent stays as it is. */
export interface AbTestChange {
  readonly enabled?: boolean;
  /** All of them: variants that are not named are removed. */
  readonly variants?: readonly Variant[];
  /** Whether a visitor keeps a variant. */
  readonly sticky?: boolean;
}

/** The most variants of one link. */
export const VARIANTS_MAX = 100;
/** The most characters of a variant's id, and of its name. */
export const VARIANT_TEXT_LENGTH_MAX = 100;
export const VARIANT_WEIGHT_MAX = 1_000_000;
