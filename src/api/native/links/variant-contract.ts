/** The requests about one variant. The engine checks its URL. */

import * as z from "zod";

import { VARIANT_TEXT_LENGTH_MAX, VARIANT_WEIGHT_MAX } from "../../../links/variants/ab-test.ts";

const ID_SENTENCE = `id must be a text of 1 to ${VARIANT_TEXT_LENGTH_MAX} characters`;
const NAME_SENTENCE = `name is required and must be a text of 1 to ${VARIANT_TEXT_LENGTH_MAX} characters`;
const WEIGHT_SENTENCE = `weight must be a number from 0 to ${VARIANT_WEIGHT_MAX}`;

const NOT_AN_OBJECT = { error: "Send a JSON object that holds the variant's fields" };

const name = z
  .string({ error: NAME_SENTENCE })
  .trim()
  .min(1, { error: NAME_SENTENCE })
  .max(VARIANT_TEXT_LENGTH_MAX, { error: NAME_SENTENCE })
  .transform((text) => text.toWellFormed());
const url = z.string({ error: "url is required and must be a valid URL" });
const weight = z
  .number({ error: WEIGHT_SENTENCE })
  .min(0, { error: WEIGHT_SENTENCE })
  .max(VARIANT_WEIGHT_MAX, { error: WEIGHT_SENTENCE });
const active = z.boolean({ error: "active must be true or false" });

export const newVariant = z.object(
  {
    /** The id under which clicks are counted; a UUID by default. */
    id: z
      .string({ error: ID_SENTENCE })
      .max(VARIANT_TEXT_LENGTH_MAX, { error: ID_SENTENCE })
      .refine((text) => text.trim() !== "", { error: ID_SENTENCE })
      .transform((text) => text.toWellFormed())
      .optional(),
    name,
    url,
    weight: weight.default(1),
    active: active.default(true),
  },
  NOT_AN_OBJECT,
);

export const variantChanges = z.object(
  {
    name: name.optional(),
    url: url.optional(),
    weight: weight.optional(),
    active: active.optional(),
  },
  NOT_AN_OBJECT,
);
