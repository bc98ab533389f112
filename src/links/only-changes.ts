/**
 * Leaves out of a change what the link already has. Nothing is then told, versioned or published
 * for it, and no rule for new values refuses it. Pure.
 */

import { isSameJson } from "../platform/same-json.ts";
import { toTagNames } from "./accept-link.ts";
import { labelKey } from "./label-key.ts";
import type { Link } from "./link.ts";
import { keepIds } from "./rules/keep-ids.ts";
import type { LinkChanges } from "./update-link.ts";
import type { AbTestChange } from "./variants/ab-test.ts";
import type { Variant } from "./variants/variant.ts";

/**
 * Returns a change without the fields that are as the link has them. A password always counts as
 * changed: only its hash is known, and setting it again locks out who was let in.
 */
export function onlyChanges(changes: LinkChanges, before: Link): LinkChanges {
  const fields = Object.entries(changes) as [keyof LinkChanges, unknown][];
  const left = fields.filter(([field]) => !(IS_SAME[field]?.(changes, before) ?? false));
  const { abTest } = changes;
  return {
    ...Object.fromEntries(left),
    ...(abTest !== undefined && { abTest: changesOfTest(abTest, before.abTest) }),
  };
}

function keysOf(names: readonly string[]): string[] {
  return names.map(labelKey).sort();
}

type Comparison = (changes: LinkChanges, before: Link) => boolean;

/** Whether each field is as it was; `abTest` is compared by its own fields. */
const IS_SAME: Readonly<Partial<Record<keyof LinkChanges, Comparison>>> = {
  destinationUrl: (changes, before) => isSameText(changes.destinationUrl, before.destinationUrl),
  expiredUrl: (changes, before) => isSameText(changes.expiredUrl, before.expiredUrl),
  limitReachedUrl: (changes, before) => isSameText(changes.limitReachedUrl, before.limitReachedUrl),
  title: ({ title }, before) => title === before.title,
  description: ({ description }, before) => description === before.description,
  externalId: ({ externalId }, before) => externalId === before.externalId,
  tags: ({ tags = [] }, before) =>
    isSameJson(keysOf(toTagNames(tags)), keysOf(before.tags.map(({ name }) => name))),
  collection: ({ collection = null }, { collection: was }) =>
    collection === null ? was === null : collection === was?.id || collection === was?.uuid,
  isActive: ({ isActive }, before) => isActive === before.isActive,
  isArchived: ({ isArchived }, before) => isArchived === (before.archivedAtMs !== null),
  startsAtMs: ({ startsAtMs }, before) => startsAtMs === before.startsAtMs,
  endsAtMs: ({ endsAtMs }, before) => endsAtMs === before.endsAtMs,
  expiresAtMs: ({ expiresAtMs }, before) => expiresAtMs === before.expiresAtMs,
  redirectStatus: ({ redirectStatus }, before) => redirectStatus === before.redirectStatus,
  forwardQuery: ({ forwardQuery }, before) => forwardQuery === before.forwardQuery,
  forwardPath: ({ forwardPath }, before) => forwardPath === before.forwardPath,
  social: ({ social }, before) => isSameJson(social, before.social),
  crawlable: ({ crawlable }, before) => crawlable === before.crawlable,
  clicksLimit: ({ clicksLimit }, before) => clicksLimit === before.clicksLimit,
  password: ({ password }, before) => password === null && !before.hasPassword,
  // Parameters are appended in their order, so another order is another destination.
  utm: ({ utm }, before) => JSON.stringify(utm ?? {}) === JSON.stringify(before.utm),
  rules: ({ rules = [] }, before) => {
    const sent = rules.map((rule) => ({ ...rule, targetUrl: textOf(rule.targetUrl) }));
    return isSameJson(
      keepIds(before.rules, sent, () => ""),
      before.rules,
    );
  },
  qrSettings: ({ qrSettings }, before) => isSameJson(qrSettings, before.qrSettings),
};

function changesOfTest(
  { enabled, sticky, variants }: AbTestChange,
  before: Link["abTest"],
): AbTestChange | undefined {
  const changed = {
    ...(enabled !== undefined && enabled !== before.enabled && { enabled }),
    ...(sticky !== undefined && sticky !== before.sticky && { sticky }),
    ...(variants !== undefined && !hasVariants(before, variants) && { variants }),
  };
  return Object.keys(changed).length === 0 ? undefined : changed;
}

/** Variants keep the order in which they were created, so another order changes nothing. */
function hasVariants(before: Link["abTest"], variants: readonly Variant[]): boolean {
  const known = new Map(before.variants.map((variant) => [variant.id, variant]));
  return (
    variants.length === known.size &&
    variants.every(({ id, name, url, weight, active }) => {
      const { numericId: _, ...was } = known.get(id) ?? { numericId: 0 };
      return isSameJson({ id, name, url: textOf(url), weight, active }, was);
    })
  );
}

function isSameText(sent: string | null | undefined, was: string | null): boolean {
  return typeof sent === "string" ? textOf(sent) === was : sent === was;
}

/** Returns a destination's text as it is stored. */
function textOf(url: string): string {
  return url.trim().toWellFormed();
}
