/**
 * Reads an A/B test as clients write it: by RevoLink's constraints, or with relative weights.
 *
 * A test that is off may hold variants, or none: each is checked by itself, their number and sum
 * only when the test is on. Unknown fields are ignored.
 */

import { isObject } from "../../platform/is-object.ts";
import { err, ok, type Result } from "../../platform/result.ts";
import type { FieldProblem } from "../rules/conditions.ts";
import type { UrlCheck } from "../rules/validate.ts";
import type { Variant } from "./variant.ts";

export interface AbTest {
  readonly enabled: boolean;
  readonly variants: readonly Variant[];
  /** Absent where nothing was said of it. */
  readonly sticky?: boolean;
}

/** What is to change of a test; what is absent stays as it is. */
export interface AbTestChange {
  readonly enabled?: boolean;
  /** All of them: variants that are not named are removed. */
  readonly variants?: readonly Variant[];
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
export const VARIANTS_MAX = 100;
/** Of an id and of a name. */
export const TEXT_LENGTH_MAX = 100;
const WEIGHT_SUM = 100;
export const RELATIVE_WEIGHT_MAX = 1_000_000;
/** Weights are added up in millionths: 33.3, 33.3 and 33.4 are 100, though not as binary fractions. */
const WEIGHT_PARTS = 1_000_000;

/** What a variant may be: the two ways of writing a test differ in it. */
interface Terms {
  readonly isWeight: (weight: number) => boolean;
  readonly weightWanted: string;
  /** Gives the id of a variant that names none; null where each must. */
  readonly newId: (() => string) | null;
  /** Whether a variant may be switched off. */
  readonly hasActive: boolean;
}

const PERCENT: Terms = {
  isWeight: (weight) => weight > 0 && weight <= WEIGHT_SUM,
  weightWanted: `must be a number above 0 and at most ${WEIGHT_SUM}`,
  newId: null,
  hasActive: false,
};

/** Gives the test, all its variants active, or a sentence for the first thing that is wrong. */
export function validateAbTest(input: unknown, checkUrl: UrlCheck): Result<AbTest, VariantRefusal> {
  if (!isObject(input)) return refuse("abTest", "abTest must be an object.");
  const flags = flagsOf(input);
  if (!flags.ok) return flags;
  const { enabled } = flags.value;
  if (enabled === undefined) return refuse("enabled", "abTest.enabled must be true or false.");
  const variants = variantsOf(input["variants"], checkUrl, PERCENT);
  if (!variants.ok) return variants;
  if (enabled && variants.value.length < VARIANTS_MIN) {
    return refuse("variants", `abTest.variants must have at least ${VARIANTS_MIN} variants.`);
  }
  if (enabled && weightSum(variants.value) !== WEIGHT_SUM * WEIGHT_PARTS) {
    return refuse("weight", `All variant weights must sum to exactly ${WEIGHT_SUM}.`);
  }
  return ok({ ...flags.value, enabled, variants: variants.value });
}

/**
 * Gives a change of a test in which weights are relative, variants may be switched off, and those
 * without an id get one; or a sentence for the first thing that is wrong.
 */
export function validateAbTestChange(
  input: unknown,
  checkUrl: UrlCheck,
  newId: () => string,
): Result<AbTestChange, VariantRefusal> {
  if (!isObject(input)) return refuse("abTest", "abTest must be an object.");
  const flags = flagsOf(input);
  if (!flags.ok) return flags;
  const { variants: items } = input;
  if (items === undefined) return flags;
  const variants = variantsOf(items, checkUrl, relative(newId));
  return variants.ok ? ok({ ...flags.value, variants: variants.value }) : variants;
}

function relative(newId: () => string): Terms {
  return {
    isWeight: (weight) => weight >= 0 && weight <= RELATIVE_WEIGHT_MAX,
    weightWanted: `must be a number from 0 to ${RELATIVE_WEIGHT_MAX}`,
    newId,
    hasActive: true,
  };
}

function flagsOf({ enabled, sticky }: RawObject): Result<AbTestChange, VariantRefusal> {
  if (enabled !== undefined && typeof enabled !== "boolean") {
    return refuse("enabled", "abTest.enabled must be true or false.");
  }
  if (sticky !== undefined && typeof sticky !== "boolean") {
    return refuse("sticky", "abTest.sticky must be true or false.");
  }
  return ok({ ...(enabled !== undefined && { enabled }), ...(sticky !== undefined && { sticky }) });
}

function variantsOf(
  input: unknown,
  checkUrl: UrlCheck,
  terms: Terms,
): Result<readonly Variant[], VariantRefusal> {
  if (!Array.isArray(input)) return refuse("variants", "abTest.variants must be an array.");
  const items: readonly unknown[] = input;
  if (items.length > VARIANTS_MAX) {
    return refuse("variants", `abTest.variants must have at most ${VARIANTS_MAX} items.`);
  }
  const variants: Variant[] = [];
  const ids = new Set<string>();
  for (const [index, item] of items.entries()) {
    const variant = variantOf(item, checkUrl, terms);
    if (!variant.ok) return refuseField(index, variant.error);
    if (ids.has(variant.value.id)) {
      return refuseField(index, { field: "id", problem: "must be unique" });
    }
    ids.add(variant.value.id);
    variants.push(variant.value);
  }
  return ok(variants);
}

function variantOf(
  item: unknown,
  checkUrl: UrlCheck,
  { isWeight, weightWanted, newId, hasActive }: Terms,
): Result<Variant, FieldProblem> {
  if (!isObject(item)) return err({ field: null, problem: "must be an object" });
  const { name, url, weight } = item;
  const id = item["id"] ?? newId?.();
  const active = hasActive ? (item["active"] ?? true) : true;
  if (!isText(id)) return err({ field: "id", problem: TEXT_WANTED });
  if (!isText(name)) return err({ field: "name", problem: TEXT_WANTED });
  if (typeof url !== "string" || url === "") return err({ field: "url", problem: "is required" });
  const checked = checkUrl(url);
  if (!checked.ok) return err({ field: "url", problem: checked.error });
  if (typeof weight !== "number" || !isWeight(weight)) {
    return err({ field: "weight", problem: weightWanted });
  }
  if (typeof active !== "boolean")
    return err({ field: "active", problem: "must be true or false" });
  return ok({
    id: id.toWellFormed(),
    name: name.trim().toWellFormed(),
    url: checked.value,
    weight,
    active,
  });
}

const TEXT_WANTED = `must be a string of 1 to ${TEXT_LENGTH_MAX} characters`;

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "" && value.length <= TEXT_LENGTH_MAX;
}

function weightSum(variants: readonly Variant[]): number {
  return variants.reduce((sum, { weight }) => sum + Math.round(weight * WEIGHT_PARTS), 0);
}

function refuse(field: string, message: string): Refused {
  return err({ message, variantIndex: null, field });
}

function refuseField(variantIndex: number, { field, problem }: FieldProblem): Refused {
  const path = `abTest.variants[${variantIndex}]${field === null ? "" : `.${field}`}`;
  return err({ message: `${path} ${problem}.`, variantIndex, field: field ?? "variants" });
}
