/**
 * Reads an A/B test as clients write it: by RevoLink's constraints, or with relative weights.
 *
 * A disabled test may or may not hold variants: each is checked by itself, but their number and sum
 * only if the test is enabled. Unknown fields are ignored. The engine checks the destinations.
 */

import {
  type AbTestChange,
  VARIANT_TEXT_LENGTH_MAX,
  VARIANT_WEIGHT_MAX,
  VARIANTS_MAX,
} from "../../../links/variants/ab-test.ts";
import type { Variant } from "../../../links/variants/variant.ts";
import { isObject } from "../../../platform/is-object.ts";
import { err, ok, type Failure, type Result } from "../../../platform/result.ts";
import { type FieldFault, refuseField, refuseItem, type WireFault } from "./fault.ts";

/** A complete test, except that `sticky` may be absent. */
export interface AbTest extends AbTestChange {
  readonly enabled: boolean;
  readonly variants: readonly Variant[];
}

type RawObject = Readonly<Record<string, unknown>>;

const VARIANTS_MIN = 2;
const WEIGHT_SUM = 100;
/** Weights are added in millionths: 33.3, 33.3 and 33.4 sum to 100, but not as binary fractions. */
const WEIGHT_PARTS = 1_000_000;

/** The limits of a variant, in which the two formats differ. */
interface Terms {
  readonly isWeight: (weight: number) => boolean;
  readonly weightWanted: string;
  /** Makes the id of a variant without one; null where an id is required. */
  readonly newId: (() => string) | null;
  /** Whether a variant can be inactive. */
  readonly hasActive: boolean;
}

const PERCENT: Terms = {
  isWeight: (weight) => weight > 0 && weight <= WEIGHT_SUM,
  weightWanted: `must be a number above 0 and at most ${WEIGHT_SUM}`,
  newId: null,
  hasActive: false,
};

/** Returns the test, with all variants active, or the first fault. */
export function parseAbTest(raw: unknown): Result<AbTest, WireFault> {
  if (!isObject(raw)) return refuseField("abTest", "must be an object");
  const flags = parseFlags(raw);
  if (!flags.ok) return flags;
  const { enabled } = flags.value;
  if (enabled === undefined) return refuseField("abTest.enabled", "must be true or false");
  const variants = parseVariants(raw["variants"], PERCENT);
  if (!variants.ok) return variants;
  if (enabled && variants.value.length < VARIANTS_MIN) {
    return refuseField("abTest.variants", `must have at least ${VARIANTS_MIN} variants`);
  }
  if (enabled && weightSum(variants.value) !== WEIGHT_SUM * WEIGHT_PARTS) {
    const sentence = `All variant weights must sum to exactly ${WEIGHT_SUM}`;
    return err({ field: "abTest.variants", sentence });
  }
  return ok({ ...flags.value, enabled, variants: variants.value });
}

/**
 * Returns a change of a test in which weights are relative, variants may be inactive, and those
 * without an id get one; or the first fault.
 */
export function parseAbTestChange(
  raw: unknown,
  newId: () => string,
): Result<AbTestChange, WireFault> {
  if (!isObject(raw)) return refuseField("abTest", "must be an object");
  const flags = parseFlags(raw);
  if (!flags.ok) return flags;
  const { variants: items } = raw;
  if (items === undefined) return flags;
  const variants = parseVariants(items, relative(newId));
  return variants.ok ? ok({ ...flags.value, variants: variants.value }) : variants;
}

function relative(newId: () => string): Terms {
  return {
    isWeight: (weight) => weight >= 0 && weight <= VARIANT_WEIGHT_MAX,
    weightWanted: `must be a number from 0 to ${VARIANT_WEIGHT_MAX}`,
    newId,
    hasActive: true,
  };
}

function parseFlags({ enabled, sticky }: RawObject): Result<AbTestChange, WireFault> {
  if (enabled !== undefined && typeof enabled !== "boolean") {
    return refuseField("abTest.enabled", "must be true or false");
  }
  if (sticky !== undefined && typeof sticky !== "boolean") {
    return refuseField("abTest.sticky", "must be true or false");
  }
  return ok({ ...(enabled !== undefined && { enabled }), ...(sticky !== undefined && { sticky }) });
}

function parseVariants(raw: unknown, terms: Terms): Result<readonly Variant[], WireFault> {
  if (!Array.isArray(raw)) return refuseField("abTest.variants", "must be an array");
  const items: readonly unknown[] = raw;
  if (items.length > VARIANTS_MAX) {
    return refuseField("abTest.variants", `must have at most ${VARIANTS_MAX} items`);
  }
  const variants: Variant[] = [];
  const ids = new Set<string>();
  for (const [index, item] of items.entries()) {
    const parsed = parseVariant(item, terms);
    if (!parsed.ok) return refuseItem(`abTest.variants[${index}]`, parsed.error);
    const { id } = parsed.value;
    if (ids.has(id)) return refuseField(`abTest.variants[${index}].id`, "must be unique");
    ids.add(id);
    variants.push(parsed.value);
  }
  return ok(variants);
}

function parseVariant(
  item: unknown,
  { isWeight, weightWanted, newId, hasActive }: Terms,
): Result<Variant, FieldFault> {
  if (!isObject(item)) return refuse(null, "must be an object");
  const { name, url, weight } = item;
  const id = item["id"] ?? newId?.();
  const active = hasActive ? (item["active"] ?? true) : true;
  if (!isText(id)) return refuse("id", TEXT_WANTED);
  if (!isText(name)) return refuse("name", TEXT_WANTED);
  if (typeof url !== "string" || url === "") return refuse("url", "is required");
  if (typeof weight !== "number" || !isWeight(weight)) return refuse("weight", weightWanted);
  if (typeof active !== "boolean") return refuse("active", "must be true or false");
  return ok({ id: id.toWellFormed(), name: name.trim().toWellFormed(), url, weight, active });
}

const TEXT_WANTED = `must be a string of 1 to ${VARIANT_TEXT_LENGTH_MAX} characters`;

function isText(value: unknown): value is string {
  return (
    typeof value === "string" && value.trim() !== "" && value.length <= VARIANT_TEXT_LENGTH_MAX
  );
}

function weightSum(variants: readonly Variant[]): number {
  return variants.reduce((sum, { weight }) => sum + Math.round(weight * WEIGHT_PARTS), 0);
}

function refuse(field: string | null, words: string): Failure<FieldFault> {
  return err({ field, words });
}
