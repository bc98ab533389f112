/**
 * Validates where a link leads: its URLs, rules and variants. Every URL of a link is parsed here
 * and nowhere else, and a refusal names the field that holds it.
 */

import { checkFeature, checkRuleQuota, type QuotaExceeded } from "../access/quotas.ts";
import { err, ok, type Result } from "../platform/result.ts";
import type { LinkContext } from "./context.ts";
import { type DestinationPolicy, parseDestination, parseWebAddress } from "./destination.ts";
import type { DestinationField, DestinationRefused } from "./errors.ts";
import type { LinkAbTest } from "./link.ts";
import { keepIds } from "./rules/keep-ids.ts";
import type { NewRule, Rule } from "./rules/rule.ts";
import type { SocialCard } from "./social.ts";
import type { AbTestChange } from "./variants/ab-test.ts";
import type { Variant } from "./variants/variant.ts";

type Context = Pick<LinkContext, "access" | "policy">;
type Refusal = DestinationRefused | QuotaExceeded;

/** Validates the URL of a field; null and undefined are returned unchanged. */
export function acceptUrl<T extends string | null | undefined>(
  field: DestinationField,
  text: T,
  policy: DestinationPolicy,
): Result<T | string, DestinationRefused> {
  if (typeof text !== "string") return ok(text);
  const parsed = parseDestination(text, policy);
  return parsed.ok
    ? ok(parsed.value.text)
    : err({ reason: "destination_refused", field, ...parsed.error });
}

/**
 * Validates the new rules of a link, and gives unchanged rules their previous ids; undefined keeps
 * the current rules. Rules beyond the plan's quota may stay, but no more may be added.
 */
export function acceptRules(
  rules: readonly NewRule[] | undefined,
  before: readonly Rule[],
  { access, policy }: Context,
): Result<readonly Rule[] | undefined, Refusal> {
  if (rules === undefined) return ok(undefined);
  if (rules.length > before.length) {
    const quota = checkRuleQuota(access.workspace, rules.length);
    if (!quota.ok) return quota;
  }
  const known = new Set(before.map(({ targetUrl }) => targetUrl));
  const accepted: NewRule[] = [];
  for (const [index, rule] of rules.entries()) {
    const targetUrl = acceptTarget(`rules[${index}].targetUrl`, rule.targetUrl, known, policy);
    if (!targetUrl.ok) return targetUrl;
    accepted.push({ ...rule, targetUrl: targetUrl.value });
  }
  return ok(keepIds(before, accepted, () => crypto.randomUUID()));
}

/**
 * Validates the new variants of a link; undefined keeps the current ones. Variants beyond the
 * plan's quota may stay, but no more may be added.
 */
export function acceptVariants(
  test: AbTestChange | undefined,
  before: LinkAbTest,
  { access, policy }: Context,
): Result<readonly Variant[] | undefined, Refusal> {
  const { enabled = before.enabled, variants = before.variants } = test ?? {};
  const grows = variants.length > before.variants.length || (enabled && !before.enabled);
  const feature = checkFeature(access.workspace, "variants", {
    asked: grows ? Math.max(1, variants.length) : 0,
  });
  if (!feature.ok) return feature;
  if (test?.variants === undefined) return ok(undefined);
  const known = new Set(before.variants.map(({ url }) => url));
  const accepted: Variant[] = [];
  for (const [index, variant] of variants.entries()) {
    const url = acceptTarget(`abTest.variants[${index}].url`, variant.url, known, policy);
    if (!url.ok) return url;
    accepted.push({ ...variant, url: url.value });
  }
  return ok(accepted);
}

/** Validates the URL of a rule or a variant; one that the link already has may stay. */
function acceptTarget(
  field: DestinationField,
  text: string,
  known: ReadonlySet<string>,
  policy: DestinationPolicy,
): Result<string, DestinationRefused> {
  return known.has(text) ? ok(text) : acceptUrl(field, text, policy);
}

/** Validates a card; null and undefined are returned unchanged. */
export function acceptSocial<T extends SocialCard | null | undefined>(
  social: T,
): Result<T | SocialCard, DestinationRefused> {
  if (social?.image === undefined) return ok(social);
  const parsed = parseWebAddress(social.image, ANY_HOST);
  const refused = { reason: "destination_refused", field: "social.image" } as const;
  if (!parsed.ok) return err({ ...refused, ...parsed.error });
  const { text, href } = parsed.value;
  // Apps show no picture that comes over http.
  return href.startsWith("https:")
    ? ok({ ...social, image: text })
    : err({ ...refused, problem: "scheme_refused", scheme: "http" });
}

/** A picture may be anywhere: nobody is led there. */
const ANY_HOST = { isOwnHost: () => false };
