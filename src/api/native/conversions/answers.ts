/** Conversions as the API shows them. */

import * as z from "zod";

import { time } from "../answers.ts";

/** A conversion that was counted. */
export const conversion = z.strictObject({
  /** Unique within the workspace. */
  id: z.int(),
  /** The goal that it was reported to; null if it was deleted since. */
  goal: z.strictObject({ id: z.string(), name: z.string() }).nullable(),
  /** As the shop reported it; null for none. */
  orderId: z.string().nullable(),
  value: z.number(),
  /** ISO 4217. */
  currency: z.string(),
  /** The link that it is attributed to; null for none, or one that was deleted since. */
  linkId: z.string().nullable(),
  /** The click that it is attributed to; null for none. */
  clickId: z.int().nullable(),
  /** The A/B variant that the visitor got; null for none. */
  variant: z.string().nullable(),
  clickedAt: time.nullable(),
  convertedAt: time,
  /** When it was refunded; null if it was not. */
  refundedAt: time.nullable(),
});

/** Which conversion was deleted. */
export const deletedConversion = z.strictObject({ success: z.literal(true), id: z.int() });
