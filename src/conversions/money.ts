/**
 * Amounts of money: whole minor units inside, decimals outside. Nothing is ever added up in binary
 * fractions; a decimal is read by its digits.
 */

import { err, ok, type Result } from "../platform/result.ts";

export type AmountProblem = "not_a_number" | "negative" | "too_large";

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?$/;

let known: ReadonlySet<string> | null = null;
const digits = new Map<string, number>();

/** Tells whether a text is the code of a currency, in upper case. */
export function isCurrency(code: string): boolean {
  known ??= new Set(Intl.supportedValuesOf("currency"));
  return known.has(code);
}

/**
 * Reads a decimal as minor units of a currency. What is finer than that is rounded, halves up: sums
 * that a shop worked out in binary fractions have such tails.
 */
export function minorUnits(
  value: string | number,
  currency: string,
): Result<number, AmountProblem> {
  const [, sign, whole = "", fraction = ""] = DECIMAL.exec(plainText(value)) ?? [];
  if (sign === undefined || whole + fraction === "") return err("not_a_number");
  const decimals = decimalsOf(currency);
  const kept = fraction.slice(0, decimals).padEnd(decimals, "0");
  const isRoundedUp = (fraction[decimals] ?? "0") >= "5";
  const minor = Number(whole + kept) + (isRoundedUp ? 1 : 0);
  if (sign === "-" && /[1-9]/.test(whole + fraction)) return err("negative");
  return Number.isSafeInteger(minor) ? ok(minor) : err("too_large");
}

/** Writes minor units as the decimal that people use. */
export function decimalOf(minor: number, currency: string): number {
  return minor / 10 ** decimalsOf(currency);
}

/** How many decimals a currency has: 2 of a dollar, 0 of a yen, 3 of a Kuwaiti dinar. */
function decimalsOf(currency: string): number {
  const counted = digits.get(currency);
  if (counted !== undefined) return counted;
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  const decimals = format.resolvedOptions().maximumFractionDigits ?? 0;
  digits.set(currency, decimals);
  return decimals;
}

/** A number in digits, where JavaScript would write an exponent. */
function plainText(value: string | number): string {
  if (typeof value === "string") return value.trim();
  const text = String(value);
  if (!text.includes("e")) return text;
  return Math.abs(value) < 1 ? value.toFixed(20) : String(BigInt(value));
}
