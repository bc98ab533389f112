/**
 * Amounts of money: whole minor units inside, decimals outside. Amounts are never added as binary
 * fractions; a decimal is parsed by its digits.
 */

import { err, ok, type Result } from "../platform/result.ts";
import { decimalsOf } from "./currencies.ts";

export type AmountProblem = "not_a_number" | "negative" | "too_large";

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?$/;

/**
 * Parses a decimal into minor units of a currency. Further digits are rounded half up, because sums
 * that a shop computes in binary fractions end in such digits.
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

/** Converts minor units to a decimal amount. */
export function decimalOf(minor: number, currency: string): number {
  return minor / 10 ** decimalsOf(currency);
}

/** Writes out a number's digits where JavaScript would use an exponent. */
function plainText(value: string | number): string {
  if (typeof value === "string") return value.trim();
  const text = String(value);
  if (!text.includes("e")) return text;
  return Math.abs(value) < 1 ? value.toFixed(20) : String(BigInt(value));
}
