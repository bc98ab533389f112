/**
 * Changes one variant of a link. This is a change of the link like any other, with a version of its
 * own.
 */

import { databaseOf } from "../../db/database.ts";
import { err, ok, type Result } from "../../platform/result.ts";
import type { LinkContext } from "../context.ts";
import type { BoundExceeded, UpdateLinkRefusal } from "../errors.ts";
import type { Link, LinkRef } from "../link.ts";
import { linkStore } from "../store.ts";
import { updateLink } from "../update-link.ts";
import { type AbTestChange, VARIANTS_MAX } from "./ab-test.ts";
import type { StoredVariant, Variant } from "./variant.ts";

export type VariantRef = { readonly id: string } | { readonly numericId: number };

export type VariantRefusal =
  | { readonly reason: "variant_not_found" }
  /** The link already has a variant with this id. */
  | { readonly reason: "variant_taken"; readonly id: string }
  /** The link already has the most variants that it can have. */
  | { readonly reason: "variants_full"; readonly max: number };

export type VariantsRefusal = UpdateLinkRefusal | VariantRefusal;

export interface ChangedVariant {
  readonly link: Link;
  /** The variant as it is now, or as it was before its removal. */
  readonly variant: StoredVariant;
}

type Outcome = Promise<Result<ChangedVariant, VariantsRefusal>>;

export interface TestOptions {
  /** Switch the test on if the change adds or activates a variant and leaves it active. */
  readonly startsTest?: boolean;
}

/**
 * The most attempts: other requests may change the link in between, but this many in a row are a
 * fault.
 */
const ATTEMPTS_MAX = 8;

/**
 * Adds a variant, with a UUID if it has no id. With `startsTest`, the first active one switches the
 * test on.
 */
export async function addVariant(
  context: LinkContext,
  ref: LinkRef,
  {
    id = crypto.randomUUID(),
    ...variant
  }: Omit<Variant, "id"> & { readonly id?: string | undefined },
  { startsTest = false }: TestOptions = {},
): Outcome {
  return changeVariants(context, ref, { id }, (variants, known) => {
    if (known !== undefined) return err({ reason: "variant_taken", id });
    if (variants.length >= VARIANTS_MAX) return err({ reason: "variants_full", max: VARIANTS_MAX });
    const isFirst = variant.active && !variants.some(({ active }) => active);
    return ok(testWith([...variants, { ...variant, id }], startsTest && isFirst));
  });
}

/** The fields that can be changed on a variant; an absent field keeps its value. */
export type VariantChanges = {
  readonly [K in Exclude<keyof Variant, "id">]?: Variant[K] | undefined;
};

/**
 * Changes only the given fields of one variant. With `startsTest`, activating one switches the test
 * on.
 */
export async function changeVariant(
  context: LinkContext,
  ref: LinkRef,
  which: VariantRef,
  { name, url, weight, active }: VariantChanges,
  { startsTest = false }: TestOptions = {},
): Outcome {
  return changeVariants(context, ref, which, (variants, known) => {
    if (known === undefined) return err({ reason: "variant_not_found" });
    const changed = {
      id: known.id,
      name: name ?? known.name,
      url: url ?? known.url,
      weight: weight ?? known.weight,
      active: active ?? known.active,
    };
    const changedAll = variants.map((one) => (one === known ? changed : one));
    return ok(testWith(changedAll, startsTest && active === true));
  });
}

/** Removes a variant; its clicks stay in the reports. */
export async function removeVariant(
  context: LinkContext,
  ref: LinkRef,
  which: VariantRef,
): Outcome {
  return changeVariants(context, ref, which, (variants, known) =>
    known === undefined
      ? err({ reason: "variant_not_found" })
      : ok(
          testWith(
            variants.filter((one) => one !== known),
            false,
          ),
        ),
  );
}

type Change = (
  variants: readonly StoredVariant[],
  known: StoredVariant | undefined,
) => Result<AbTestChange, VariantRefusal>;

function testWith(variants: readonly Variant[], starts: boolean): AbTestChange {
  return { variants, ...(starts && { enabled: true }) };
}

/** Retries the change on the link's new state, so that no concurrent change is lost. */
async function changeVariants(
  context: LinkContext,
  ref: LinkRef,
  which: VariantRef,
  change: Change,
): Outcome {
  const store = linkStore(databaseOf(context.env.DB), context.access.workspace.id);
  for (let attempt = 1; ; attempt += 1) {
    const found = await store.find(ref);
    if (!found.ok) return found;
    const before = found.value;
    const known = before.abTest.variants.find(matching(which));
    const abTest = change(before.abTest.variants, known);
    if (!abTest.ok) return abTest;
    const changes = { abTest: abTest.value };
    const updated = await updateLink(context, ref, changes, { expectedVersions: [before.version] });
    if (updated.ok) {
      const link = updated.value;
      const variant = link.abTest.variants.find(matching(which)) ?? known;
      if (variant === undefined) throw new Error("A variant that was just stored is missing.");
      return ok({ link, variant });
    }
    const { error } = updated;
    if (error.reason === "destination_refused" || isTooLong(error)) {
      return err({ ...error, field: "url" });
    }
    if (error.reason !== "version_mismatch" || attempt === ATTEMPTS_MAX) return updated;
  }
}

/** Of the link's destinations, only the changed one can have become too long. */
function isTooLong(error: UpdateLinkRefusal): error is BoundExceeded {
  return error.reason === "bound_exceeded" && error.bound === "location";
}

function matching(which: VariantRef): (variant: StoredVariant) => boolean {
  return "id" in which
    ? ({ id }) => id === which.id
    : ({ numericId }) => numericId === which.numericId;
}
