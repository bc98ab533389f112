/** Checks what decides where a link leads besides its own destination: rules and variants. */

import { PLANS } from "../access/plans.ts";
import { checkRuleQuota, exceeded, type QuotaExceeded } from "../access/quotas.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { type LinkContext, targetPolicy } from "./context.ts";
import { parseDestination } from "./destination.ts";
import type { DestinationField, DestinationRefused } from "./errors.ts";
import type { Link } from "./link.ts";
import { keepIds } from "./rules/keep-ids.ts";
import type { NewRule, Rule } from "./rules/rule.ts";
import type { AbTestChange } from "./variants/ab-test.ts";
import type { Variant } from "./variants/variant.ts";

type Context = Pick<LinkContext, "access" | "policy">;
type Refusal = DestinationRefused | QuotaExceeded;

/**
 * Accepts the rules that a link is to have, with ids: those of the rules before, where they are the
 * same. What a link has beyond its plan may stay, and grows no further.
 */
export function acceptRules(
  rules: readonly NewRule[],
  before: readonly Rule[],
  { access, policy }: Context,
): Result<readonly Rule[], Refusal> {
  if (rules.length > before.length) {
    const quota = checkRuleQuota(access.workspace, rules.length);
    if (!quota.ok) return quota;
  }
  const accepted: NewRule[] = [];
  for (const [index, rule] of rules.entries()) {
    const target = acceptTarget(`rules[${index}].targetUrl`, rule.targetUrl, policy);
    if (!target.ok) return target;
    accepted.push({ ...rule, targetUrl: target.value });
  }
  return ok(keepIds(before, accepted, () => crypto.randomUUID()));
}

/**
 * Accepts the variants that a link is to have; undefined where they stay. What a link has beyond its
 * plan may stay, and grows no further.
 */
export function acceptVariants(
  test: AbTestChange | undefined,
  before: Link["abTest"],
  { access, policy }: Context,
): Result<readonly Variant[] | undefined, Refusal> {
  const { enabled = before.enabled, variants = before.variants } = test ?? {};
  const { plan } = access.workspace;
  const grows = variants.length > before.variants.length || (enabled && !before.enabled);
  if (grows && !PLANS[plan].features.variants) {
    return err(exceeded("variants", plan, 0, variants.length));
  }
  if (test?.variants === undefined) return ok(undefined);
  const accepted: Variant[] = [];
  for (const [index, variant] of variants.entries()) {
    const target = acceptTarget(`abTest.variants[${index}].url`, variant.url, policy);
    if (!target.ok) return target;
    accepted.push({ ...variant, url: target.value });
  }
  return ok(accepted);
}

function acceptTarget(
  field: DestinationField,
  text: string,
  policy: LinkContext["policy"],
): Result<string, DestinationRefused> {
  const parsed = parseDestination(text, targetPolicy(policy));
  return parsed.ok
    ? ok(parsed.value.text)
    : err({ code: "destination_refused", field, problem: parsed.error });
}
