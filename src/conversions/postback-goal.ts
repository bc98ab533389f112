/**
 * Finds the goal that a postback's token belongs to, and decides whether it accepts conversions
 * now.
 */

import { sql } from "drizzle-orm";

import { PLANS } from "../access/plans.ts";
import type { Plan } from "../config.ts";
import type { Database } from "../db/database.ts";
import { ledgerIdOf, type Jurisdiction, type LedgerId } from "../ledger/ledger-id.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { subscribes } from "../webhooks/outbox.ts";
import { isGoalSecret } from "./goal-secret.ts";
import { goalTokenHash } from "./goal-token.ts";

export interface PostbackGoal {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
  /** In minor units of the currency. */
  readonly value: number;
  readonly currency: string;
  readonly maxValue: number | null;
  readonly serverOnly: boolean;
  readonly clickTokensOnly: boolean;
  readonly secretHash: string | null;
  readonly workspaceId: number;
  readonly ledger: LedgerId;
  /** Whether a webhook subscribes to conversions. */
  readonly isWatched: boolean;
}

export type PostbackGoalRefusal =
  /** The token belongs to no goal, or its goal is deleted. */
  | { readonly reason: "postback_token_unknown" }
  | { readonly reason: "goal_inactive" }
  /** The workspace has been moved to a plan with fewer goals: only its oldest goals still count. */
  | { readonly reason: "goal_past_plan" }
  /** The goal takes reports with its secret only. */
  | { readonly reason: "goal_secret_wrong" };

/** Finds the goal of a postback's token, if it accepts conversions. */
export async function findPostbackGoal(
  db: Database,
  token: string,
): Promise<Result<PostbackGoal, PostbackGoalRefusal>> {
  const hash = await goalTokenHash(token);
  if (hash === null) return err({ reason: "postback_token_unknown" });
  const [row] = await db.all<GoalRow>(sql`
    select goal.id, goal.uuid, goal.name, goal.value, goal.currency, goal.is_active as "isActive",
      goal.max_value as "maxValue", goal.server_only as "serverOnly",
      goal.click_tokens_only as "clickTokensOnly", goal.secret_hash as "secretHash",
      goal.workspace_id as "workspaceId", workspaces.plan, workspaces.uuid as "workspaceUuid",
      workspaces.jurisdiction,
      (select count(*) from conversion_goals as older
        where older.workspace_id = goal.workspace_id and older.id <= goal.id) as place,
      exists (select 1 from webhooks as hook
        where ${subscribes(sql`goal.workspace_id`, "conversion.tracked")}) as "isWatched"
    from conversion_goals as goal join workspaces on workspaces.id = goal.workspace_id
    where goal.token_hash = ${hash} and not exists (
      select 1 from pending_closures where workspace_id = goal.workspace_id
    )`);
  if (row === undefined) return err({ reason: "postback_token_unknown" });
  const {
    isActive,
    isWatched,
    serverOnly,
    clickTokensOnly,
    plan,
    place,
    workspaceUuid,
    jurisdiction,
    ...goal
  } = row;
  if (isActive === 0) return err({ reason: "goal_inactive" });
  const limit = PLANS[plan].goalsMax;
  if (limit !== null && place > limit) return err({ reason: "goal_past_plan" });
  const ledger = ledgerIdOf({ uuid: workspaceUuid, jurisdiction });
  return ok({
    ...goal,
    ledger,
    isWatched: isWatched === 1,
    serverOnly: serverOnly === 1,
    clickTokensOnly: clickTokensOnly === 1,
  });
}

/** What a report may do. */
export interface Admission {
  /** Whether its answer may tell which visitor converted, and when they clicked. */
  readonly tellsVisitors: boolean;
}

/** Decides about a report with this secret; null for none. */
export async function admitReport(
  { serverOnly, clickTokensOnly, secretHash }: PostbackGoal,
  secret: string | null,
): Promise<Result<Admission, PostbackGoalRefusal>> {
  if (!serverOnly && !clickTokensOnly) return ok({ tellsVisitors: true });
  const isServer =
    secret !== null && secretHash !== null && (await isGoalSecret(secret, secretHash));
  if (serverOnly && !isServer) return err({ reason: "goal_secret_wrong" });
  return ok({ tellsVisitors: isServer });
}

type Flag = "isWatched" | "serverOnly" | "clickTokensOnly";

interface GoalRow extends Omit<PostbackGoal, "ledger" | Flag> {
  readonly isActive: 0 | 1;
  readonly serverOnly: 0 | 1;
  readonly clickTokensOnly: 0 | 1;
  readonly isWatched: 0 | 1;
  readonly plan: Plan;
  readonly workspaceUuid: string;
  readonly jurisdiction: Jurisdiction | null;
  /** The goal's rank by age within its workspace; 1 is the oldest. */
  readonly place: number;
}
