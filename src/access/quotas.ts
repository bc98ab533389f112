/** Quotas of a workspace's or a person's plan, and the refusal when one is exceeded. */

import type { Plan } from "../config.ts";
import { err, ok, type Result } from "../platform/result.ts";
import type { Workspace } from "./access.ts";
import { type Feature, PLANS } from "./plans.ts";

export type Quota =
  | "links"
  | "linkBytes"
  | "rules"
  | "variants"
  | "schedules"
  | "passwords"
  | "clickLimits"
  | "bulk"
  | "members"
  | "invitations"
  | "domains"
  | "webhooks"
  | "goals"
  | "tags"
  | "collections"
  | "domainClaims"
  | "workspaces"
  | "tokens";

export interface QuotaExceeded {
  readonly reason: "quota_exceeded";
  readonly quota: Quota;
  readonly plan: Plan;
  readonly limit: number;
  /** How many exist. For `rules` and what is a feature of the plan: how many were requested. */
  readonly used: number;
}

/** Checks that one link may have this many rules. */
export function checkRuleQuota(
  { plan }: Pick<Workspace, "plan">,
  rules: number,
): Result<null, QuotaExceeded> {
  const limit = PLANS[plan].rulesPerLinkMax;
  return limit === null || rules <= limit ? ok(null) : err(exceeded("rules", plan, limit, rules));
}

/** Checks that the plan includes what is asked for; without the feature it allows `limit` of it. */
export function checkFeature(
  { plan }: Pick<Workspace, "plan">,
  feature: Feature & Quota,
  { asked, limit = 0 }: { readonly asked: number; readonly limit?: number },
): Result<null, QuotaExceeded> {
  return asked <= limit || PLANS[plan].features[feature]
    ? ok(null)
    : err(exceeded(feature, plan, limit, asked));
}

/** Returns the refusal for a quota that a statement has found exceeded. */
export function exceeded(quota: Quota, plan: Plan, limit: number, used: number): QuotaExceeded {
  return { reason: "quota_exceeded", quota, plan, limit, used };
}
