/** What a postback carries. Shops fill templates: an empty field is one that was not sent. */

import * as z from "zod";

import { type AmountProblem, isCurrency, minorUnits } from "../../../conversions/money.ts";

const ORDER_LENGTH_MAX = 255;
const CLICK_LENGTH_MAX = 64;
const VALUE_LENGTH_MAX = 50;

/** Says why a value is refused, as PVTLNK's validation says such things. */
export const AMOUNT_SENTENCES: Readonly<Record<AmountProblem, string>> = {
  not_a_number: "Value is not a number",
  negative: "Value must be greater than or equal to 0",
  too_large: "Value is too large",
};

/** A text, also where a number was sent; undefined for none. */
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
    // Which currency it is makes no difference to what is no amount in any.
    const amount = minorUnits(given, "USD");
    if (amount.ok || amount.error === "too_large") return given;
    c.issues.push({ code: "custom", message: AMOUNT_SENTENCES[amount.error], input: given });
    return z.NEVER;
  });

const currency = text("Currency is invalid")
  .transform((given) => given?.toUpperCase())
  .refine((given) => given === undefined || isCurrency(given), "Currency is invalid");

export const postback = z.object(
  {
    value,
    currency,
    order_id: text("Order id is invalid").refine(
      (given) => given === undefined || given.length <= ORDER_LENGTH_MAX,
      `Order id is too long (maximum is ${ORDER_LENGTH_MAX} characters)`,
    ),
    click_id: text("Click id is invalid").refine(
      (given) => given === undefined || given.length <= CLICK_LENGTH_MAX,
      "Click id is invalid",
    ),
    ip: text("Ip is invalid"),
    ua: text("Ua is invalid"),
  },
  { error: "The body must be an object of fields" },
);
