/** Schemas of A/B tests for the documents: `../variants.ts` reads what they describe. */

import * as z from "zod";

import {
  VARIANT_TEXT_LENGTH_MAX,
  VARIANT_WEIGHT_MAX,
  VARIANTS_MAX,
} from "../../../../links/variants/ab-test.ts";

/** A variant as an answer shows it. */
export const variant = z.strictObject({
  /** The id under which its clicks are counted. */
  id: z.string(),
  name: z.string(),
  url: z.string(),
  /** Its share of the traffic relative to the other active variants; 0 gets no new visitors. */
  weight: z.number(),
  active: z.boolean(),
});

/** A test as an answer shows it. */
export const abTest = z.strictObject({
  /** While it is on and any variant is active, rules are ignored. */
  enabled: z.boolean(),
  /** Whether a visitor keeps the variant of the first visit. */
  sticky: z.boolean(),
  /** In the order in which they were created. */
  variants: z.array(variant),
});

const text = z.string().min(1).max(VARIANT_TEXT_LENGTH_MAX);
/** A web address, or an address that opens an app. */
const url = z.string().min(1);

/** A change of a test, with relative weights. A field that is left out keeps its value. */
export const abTestChange = z.object({
  enabled: z.boolean().optional(),
  sticky: z.boolean().optional(),
  /** The complete list: variants that it leaves out are removed. */
  variants: z
    .array(
      z.object({
        /** The id under which its clicks are counted; a UUID by default. */
        id: text.optional(),
        name: text,
        url,
        /** Its share of the traffic relative to the other active variants. */
        weight: z.number().min(0).max(VARIANT_WEIGHT_MAX),
        active: z.boolean().optional(),
      }),
    )
    .max(VARIANTS_MAX)
    .optional(),
});

/** A test as RevoLink has it. */
export const abTestOfPercents = z.object({
  /** While it is on, rules are ignored. */
  enabled: z.boolean(),
  /** Whether a visitor keeps the variant of the first visit. */
  sticky: z.boolean().optional(),
  /** At least two while the test is on. */
  variants: z
    .array(
      z.object({
        /** Any text that stays the same, under which the clicks are counted. */
        id: text,
        name: text,
        url,
        /** In percent. Those of all variants sum to 100 while the test is on. */
        weight: z.number().gt(0).max(100),
      }),
    )
    .max(VARIANTS_MAX),
});
