/** What a workspace's plan still leaves it. */
import { count, eq } from "drizzle-orm";

import type { Workspace } from "../accounts/access.ts";
import type { Plan } from "../config.ts";
import type { Database } from "../db/database.ts";
import { links } from "../db/schema/index.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { PLANS } from "./plans.ts";

export type Quota =
  | "links"
  | "rules"
  | "variants"
  | "schedules"
  | "bulk"
  | "members"
  | "domains"
  | "webhooks";

export interface QuotaExceeded {
  readonly code: "quota_exceeded";
  readonly quota: Quota;
  readonly plan: Plan;
  readonly limit: number;
  /** How many there are; of `rules`, `variants`, `schedules` and `bulk`, how many were asked for. */
  readonly used: number;
}

type Planned = Pick<Workspace, "id" | "plan">;

/** Tells whether a workspace may have `adding` more links; counts none where there is no limit. */
export async function checkLinkQuota(
  db: Database,
  { id, plan }: Planned,
  adding = 1,
): Promise<Result<null, QuotaExceeded>> {
  const limit = PLANS[plan].linksMax;
  if (limit === null) return ok(null);
  const [row] = await db.select({ used: count() }).from(links).where(eq(links.workspaceId, id));
  const used = row?.used ?? 0;
  return used + adding <= limit ? ok(null) : err(exceeded("links", plan, limit, used));
}

/** Tells whether one link may have so many rules. */
export function checkRuleQuota(
  { plan }: Pick<Workspace, "plan">,
  rules: number,
): Result<null, QuotaExceeded> {
  const limit = PLANS[plan].rulesPerLinkMax;
  return limit === null || rules <= limit ? ok(null) : err(exceeded("rules", plan, limit, rules));
}

/** Words the refusal of a quota that a statement has found exceeded. */
export function exceeded(quota: Quota, plan: Plan, limit: number, used: number): QuotaExceeded {
  return { code: "quota_exceeded", quota, plan, limit, used };
}
