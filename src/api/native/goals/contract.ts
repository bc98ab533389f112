/** The requests of the conversion goals' routes, and the wording of their refusals. */

import * as z from "zod";

import { isCurrency } from "../../../conversions/currencies.ts";
import type { AmountRefused } from "../../../conversions/goal.ts";
import type { AmountProblem } from "../../../conversions/money.ts";
import { name } from "../contract.ts";

const VALUE_LENGTH_MAX = 50;

const value = z.union([z.number(), z.string().max(VALUE_LENGTH_MAX)], {
  error: "value must be a number",
});

const currency = z
  .string({ error: "currency must be a text" })
  .trim()
  .toUpperCase()
  .refine(isCurrency, "currency must be the three letters of a currency, such as USD");

/** Letters, digits, `_`, `-` and `.`, which every shop accepts as a query parameter's name. */
const clickIdParam = z
  .string({ error: "clickIdParam must be a text, or null" })
  .regex(/^[A-Za-z][\w.-]{0,49}$/, {
    error: 'clickIdParam must be 1 to 50 letters, digits, ".", "-" or "_", and begin with a letter',
  })
  .nullable();

const maxValue = z
  .union([z.number(), z.string().max(VALUE_LENGTH_MAX)], {
    error: "maxValue must be a number, or null",
  })
  .nullable();

const serverOnly = z.boolean({ error: "serverOnly must be true or false" });

const clickTokensOnly = z.boolean({ error: "clickTokensOnly must be true or false" });

const isActive = z.boolean({ error: "isActive must be true or false" });

export const newGoal = z.object({
  name,
  /** The value of a conversion that is reported without one. */
  value: value.default(0),
  /** ISO 4217, such as `EUR`. */
  currency: currency.default("USD"),
  /** The parameter that the redirect adds to destinations, holding a token of the click; null for none. */
  clickIdParam: clickIdParam.default(null),
  /** Whether reports are taken. */
  isActive: isActive.default(true),
  /** The largest value that a conversion may have; null for none. */
  maxValue: maxValue.default(null),
  /** Whether reports need the goal's secret in the header `X-Goal-Secret`. */
  serverOnly: serverOnly.default(false),
  /** Whether only a click's token attributes a conversion. */
  clickTokensOnly: clickTokensOnly.default(false),
});

export const goalChanges = z.object({
  name: name.optional(),
  /** The value of a conversion that is reported without one. */
  value: value.optional(),
  /** ISO 4217, such as `EUR`. */
  currency: currency.optional(),
  /** The parameter that the redirect adds to destinations, holding a token of the click; null for none. */
  clickIdParam: clickIdParam.optional(),
  /** Whether reports are taken. */
  isActive: isActive.optional(),
  /** The largest value that a conversion may have; null for none. */
  maxValue: maxValue.optional(),
  /** Whether reports need the goal's secret in the header `X-Goal-Secret`. */
  serverOnly: serverOnly.optional(),
  /** Whether only a click's token attributes a conversion. */
  clickTokensOnly: clickTokensOnly.optional(),
});

const PROBLEMS: Readonly<Record<AmountProblem, string>> = {
  not_a_number: "must be a number",
  negative: "must not be negative",
  too_large: "is too large",
};

/** Explains why an amount is refused, beginning with its field. */
export function amountSentence({ field, problem }: AmountRefused): string {
  return `${field} ${PROBLEMS[problem]}`;
}
