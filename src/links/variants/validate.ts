/**
 * Reads an A/B test as clients write it, by RevoLink's constraints.
 *
 * A test that is off may hold variants, or none: each is checked by itself, their number and sum
 * only when the test is on. Unknown fields are ignored.
 */

import { err, ok, type Result } from "../../platform/result.ts";
import type { UrlCheck } from "../rules/validate.ts";
import type { Variant } from "./variant.ts";

export interface AbTest {
  readonly enabled: boolean;
  readonly variants: readonly Variant[];
  /** Absent where nothing was said of it. */
  readonly sticky?: boolean;
}

export interface VariantRefusal {
  /** A whole sentence. */
  readonly message: string;
  /** From 0; null where it is about the test as a whole. */
  readonly variantIndex: number | null;
  readonly field: string;
}

type RawObject = Readonly<Record<string, unknown>>;
type Refused = { readonly ok: false; readonly error: VariantRefusal };

const VARIANTS_MIN = 2;
const VARIANTS_MAX = 100;
const TEXT_LENGTH_MAX = 100;
const WEIGHT_SUM = 100;
/** Weights are added up in millionths: 33.3, 33.3 and 33.4 are 100, though not as binary fractions. */
const WEIGHT_PARTS = 1_000_000;

/** Gives the test, all its variants active, or a sentence for the first thing that is wrong. */
export function validateAbTest(input: unknown, checkUrl: UrlCheck): Result<AbTest, VariantRefusal> {
  if (!isObject(input)) return refuse("abTest", "abTest must be an object.");
  const { enabled, variants: items, sticky } = input;
  if (typeof enabled !== "boolean")
    return refuse("enabled", "abTest.enabled must be true or false.");
  if (sticky !== undefined && typeof sticky !== "boolean") {
    return refuse("sticky", "abTest.sticky must be true or false.");
  }
  if (!Array.isArray(items)) return refuse("variants", "abTest.variants must be an array.");
  if (items.length > VARIANTS_MAX) {
    return refuse("variants", `abTest.variants must have at most ${VARIANTS_MAX} items.`);
  }
  if (enabled && items.length < VARIANTS_MIN) {
    return refuse("variants", `abTest.variants must have at least ${VARIANTS_MIN} variants.`);
  }
  const variants = variantsOf(items, checkUrl);
  if (!variants.ok) return variants;
  if (enabled && weightSum(variants.value) !== WEIGHT_SUM * WEIGHT_PARTS) {
    return refuse("weight", `All variant weights must sum to exactly ${WEIGHT_SUM}.`);
  }
  return ok({ enabled, variants: variants.value, ...(sticky !== undefined && { sticky }) });
}

function variantsOf(
  items: readonly unknown[],
  checkUrl: UrlCheck,
): Result<readonly Variant[], VariantRefusal> {
  const variants: Variant[] = [];
  const ids = new Set<string>();
  for (const [index, item] of items.entries()) {
    const variant = variantOf(item, index, checkUrl);
    if (!variant.ok) return variant;
    if (ids.has(variant.value.id)) return refuseField(index, "id", "must be unique");
    ids.add(variant.value.id);
    variants.push(variant.value);
  }
  return ok(variants);
}

function variantOf(
  item: unknown,
  index: number,
  checkUrl: UrlCheck,
): Result<Variant, VariantRefusal> {
  if (!isObject(item)) return refuseField(index, "", "must be an object");
  const { id, name, url, weight } = item;
  if (!isText(id)) return refuseField(index, "id", TEXT_WANTED);
  if (!isText(name)) return refuseField(index, "name", TEXT_WANTED);
  if (typeof url !== "string" || url === "") return refuseField(index, "url", "is required");
  const checked = checkUrl(url);
  if (!checked.ok) return refuseField(index, "url", checked.error);
  if (typeof weight !== "number" || !(weight > 0 && weight <= WEIGHT_SUM)) {
    return refuseField(index, "weight", `must be a number above 0 and at most ${WEIGHT_SUM}`);
  }
  return ok({
    id: id.toWellFormed(),
    name: name.trim().toWellFormed(),
    url: checked.value,
    weight,
    active: true,
  });
}

const TEXT_WANTED = `must be a string of 1 to ${TEXT_LENGTH_MAX} characters`;

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "" && value.length <= TEXT_LENGTH_MAX;
}

function weightSum(variants: readonly Variant[]): number {
  return variants.reduce((sum, { weight }) => sum + Math.round(weight * WEIGHT_PARTS), 0);
}

function isObject(value: unknown): value is RawObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refuse(field: string, message: string): Refused {
  return err({ message, variantIndex: null, field });
}

function refuseField(variantIndex: number, field: string, problem: string): Refused {
  const path = `abTest.variants[${variantIndex}]${field === "" ? "" : `.${field}`}`;
  return err({ message: `${path} ${problem}.`, variantIndex, field: field || "variants" });
}
