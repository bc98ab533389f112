/** The fields of a postback. Shops fill in templates, so an empty field counts as absent. */

import * as z from "zod";

import { isCurrency } from "../../../conversions/currencies.ts";
import { type AmountProblem, minorUnits } from "../../../conversions/money.ts";
import { isObject } from "../../../platform/is-object.ts";

const ORDER_LENGTH_MAX = 255;
const CLICK_LENGTH_MAX = 64;
const VALUE_LENGTH_MAX = 50;

/** Explains why a value is refused, in the style of PVTLNK's validation. */
export const AMOUNT_SENTENCES: Readonly<Record<AmountProblem, string>> = {
  not_a_number: "Value is not a number",
  negative: "Value must be greater than or equal to 0",
  too_large: "Value is too large",
};

/** Reads a text, or a number as text; undefined if absent. */
function text(sentence: string) {
  return z
    .union([z.string(), z.number()], { error: sentence })
    .nullish()
    .transform((value) => (value === undefined || value === null ? "" : String(value).trim()))
    .transform((value) => (value === "" ? undefined : value));
}

const value = z
  .union([z.string().max(VALUE_LENGTH_MAX), z.number()], { error: AMOUNT_SENTENCES.not_a_number })
  .nullish()
  .transform((given, c) => {
    if (given === undefined || given === null || given === "") return undefined;
    // Any currency does: what is not an amount in one is not an amount in another.
    const amount = minorUnits(given, "USD");
    if (amount.ok || amount.error === "too_large") return given;
    c.issues.push({ code: "custom", message: AMOUNT_SENTENCES[amount.error], input: given });
    return z.NEVER;
  });

/**
 * Reads what identifies an order or a click. A number beyond 2^53 was rounded when it was read, as
 * was one with decimals: two orders could then count as one.
 */
function identity(sentence: string) {
  const exact = { error: `${sentence}: send it as a text, since it is not exact as a number` };
  return z
    .union([z.string(), z.number()], { error: sentence })
    .refine((given) => typeof given === "string" || Number.isSafeInteger(given), exact)
    .nullish()
    .transform((given) => String(given ?? "").trim() || undefined);
}

const currency = text("Currency is invalid")
  .transform((given) => given?.toUpperCase())
  .refine((given) => given === undefined || isCurrency(given), "Currency is invalid");

export const postback = z.object(
  {
    /** A decimal amount; by default the goal's own value. */
    value,
    /** Three letters of ISO 4217; by default the goal's currency. */
    currency,
    /** The order or transaction: each counts once. */
    order_id: identity("Order id is invalid").refine(
      (given) => given === undefined || given.length <= ORDER_LENGTH_MAX,
      `Order id is too long (maximum is ${ORDER_LENGTH_MAX} characters)`,
    ),
    /** The click to attribute it to: its id, or its token. It then decides alone. */
    click_id: identity("Click id is invalid").refine(
      (given) => given === undefined || given.length <= CLICK_LENGTH_MAX,
      "Click id is invalid",
    ),
    /** The visitor's address; by default the sender's. */
    ip: text("Ip is invalid"),
    /** The visitor's user agent; by default the sender's. */
    ua: text("Ua is invalid"),
  },
  { error: "The body must be an object of fields" },
);

/** Other usual names of the fields, in the order in which they are looked at. */
const OTHER_NAMES = {
  value: ["amount", "revenue", "payout"],
  order_id: ["orderId", "transaction_id", "transactionId"],
  click_id: ["clickId", "clickid"],
  currency: ["currency_code"],
  ip: [],
  ua: ["user_agent"],
} as const satisfies Readonly<Record<keyof z.input<typeof postback>, readonly string[]>>;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Returns the fields of a report by their documented names. Many systems send them in the query,
 * some inside of `conversion`; a field of the body counts before the query's.
 */
export function reportedFields(body: unknown, query: URLSearchParams): unknown {
  if (!isObject(body)) return body;
  const { conversion } = body;
  const sources: Fields[] = [
    body,
    ...(isObject(conversion) ? [conversion] : []),
    Object.fromEntries(query),
  ];
  const fields = Object.entries(OTHER_NAMES).map(([name, others]) => {
    const values = sources.flatMap((source) => [name, ...others].map((one) => source[one]));
    return [name, values.find(isGiven)] as const;
  });
  return Object.fromEntries(fields);
}

function isGiven(given: unknown): boolean {
  return given !== undefined && given !== null && given !== "";
}
