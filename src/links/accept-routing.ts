/**
 * Accepts where a link leads: its URLs, rules and variants. Each URL of a link is parsed here and
 * nowhere else, and a refusal names the field that holds it.
 */

import { PLANS } from "../access/plans.ts";
import { checkRuleQuota, exceeded, type QuotaExceeded } from "../access/quotas.ts";
import { err, ok, type Result } from "../platform/result.ts";
import type { LinkContext, LinkPolicy } from "./context.ts";
import { type DestinationPolicy, parseDestination } from "./destination.ts";
import type { DestinationField, DestinationRefused } from "./errors.ts";
import type { LinkAbTest } from "./link.ts";
import { keepIds } from "./rules/keep-ids.ts";
import type { NewRule, Rule } from "./rules/rule.ts";
import type { AbTestChange } from "./variants/ab-test.ts";
import type { Variant } from "./variants/variant.ts";

type Context = Pick<LinkContext, "access" | "policy">;
type Refusal = DestinationRefused | QuotaExceeded;

/** Accepts the URL that a field holds; null and undefined stay what they are. */
export function acceptUrl<T extends string | null | undefined>(
  field: DestinationField,
  text: T,
  policy: DestinationPolicy,
): Result<T | string, DestinationRefused> {
  if (typeof text !== "string") return ok(text);
  const parsed = parseDestination(text, policy);
  return parsed.ok
    ? ok(parsed.value.text)
    : err({ reason: "destination_refused", field, problem: parsed.error });
}

/**
 * Accepts the rules that a link is to have, with the ids of those before that are the same; undefined
 * where they stay. What a link has beyond its plan may stay, and grows no further.
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
  const targets = targetPolicy(policy);
  const accepted: NewRule[] = [];
  for (const [index, rule] of rules.entries()) {
    const targetUrl = acceptUrl(`rules[${index}].targetUrl`, rule.targetUrl, targets);
    if (!targetUrl.ok) return targetUrl;
    accepted.push({ ...rule, targetUrl: targetUrl.value });
  }
  return ok(keepIds(before, accepted, () => crypto.randomUUID()));
}

/**
 * Accepts the variants that a link is to have; undefined where they stay. What a link has beyond its
 * plan may stay, and grows no further.
 */
export function acceptVariants(
  test: AbTestChange | undefined,
  before: LinkAbTest,
  { access, policy }: Context,
): Result<readonly Variant[] | undefined, Refusal> {
  const { enabled = before.enabled, variants = before.variants } = test ?? {};
  const { plan } = access.workspace;
  const grows = variants.length > before.variants.length || (enabled && !before.enabled);
  if (grows && !PLANS[plan].features.variants) {
    return err(exceeded("variants", plan, 0, variants.length));
  }
  if (test?.variants === undefined) return ok(undefined);
  const targets = targetPolicy(policy);
  const accepted: Variant[] = [];
  for (const [index, variant] of variants.entries()) {
    const url = acceptUrl(`abTest.variants[${index}].url`, variant.url, targets);
    if (!url.ok) return url;
    accepted.push({ ...variant, url: url.value });
  }
  return ok(accepted);
}

/** Returns the policy for what rules and variants lead to. */
function targetPolicy(policy: LinkPolicy): DestinationPolicy {
  return { ...policy, deepLinks: policy.deepLinks || policy.deepTargets === true };
}
