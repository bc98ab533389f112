/** Changes a workspace's conversion goals, and updates its Ledger and route records accordingly. */

import { sql } from "drizzle-orm";

import type { WorkspaceContext } from "../access/context.ts";
import { PLANS } from "../access/plans.ts";
import { exceeded, type QuotaExceeded } from "../access/quotas.ts";
import { batchAround, type Alongside } from "../db/batch.ts";
import { databaseOf } from "../db/database.ts";
import { republishLinks } from "../links/republish-links.ts";
import { tolerate } from "../platform/log.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { secretOf } from "../platform/secrets.ts";
import { newGoalSecret } from "./goal-secret.ts";
import { newGoalToken } from "./goal-token.ts";
import type {
  AmountRefused,
  Goal,
  GoalChanges,
  GoalNotFound,
  GoalWithSecret,
  NewGoal,
  ValuePastMax,
} from "./goal.ts";
import { GOAL_COLUMNS, type GoalRow, goalStore, toGoal } from "./goals.ts";
import { decimalOf, minorUnits } from "./money.ts";
import { beginTracking, followGoals } from "./tracking.ts";

/**
 * More than any plan allows: goals are listed in one answer, and each of their tokens is decrypted.
 */
const GOALS_MAX = 100;

/** Creates a goal. */
export async function createGoal(
  context: WorkspaceContext,
  given: NewGoal,
  alongside?: Alongside,
): Promise<Result<GoalWithSecret, AmountRefused | ValuePastMax | QuotaExceeded>> {
  const { env, workspace, nowMs } = context;
  const db = databaseOf(env.DB);
  const amounts = parseAmounts(given);
  if (!amounts.ok) return amounts;
  if (given.isActive) await beginTracking(env, workspace);
  const uuid = crypto.randomUUID();
  const token = await newGoalToken(await secretOf(env, "ENCRYPTION_KEY"), uuid);
  const made = given.serverOnly ? await newGoalSecret() : null;
  const limit = PLANS[workspace.plan].goalsMax ?? GOALS_MAX;
  const count = sql`(select count(*) from conversion_goals where workspace_id = ${workspace.id})`;
  // The inserting statement counts, so two concurrent requests cannot both take the last place.
  const insert = db.all<GoalRow>(sql`
    insert into conversion_goals (uuid, workspace_id, name, token, token_hash, value, currency,
      click_id_param, is_active, max_value, server_only, click_tokens_only, secret_hash,
      created_at_ms, updated_at_ms)
    select ${uuid}, ${workspace.id}, ${given.name}, ${token.sealed}, ${token.hash},
      ${amounts.value.value}, ${given.currency}, ${given.clickIdParam}, ${Number(given.isActive)},
      ${amounts.value.maxValue}, ${Number(given.serverOnly)}, ${Number(given.clickTokensOnly)},
      ${made?.hash ?? null}, ${nowMs}, ${nowMs}
    where ${count} < ${limit} returning ${GOAL_COLUMNS}`);
  const used = db.all<{ used: number }>(sql`select ${count} as used`);
  const marks = given.isActive && given.clickIdParam !== null;
  const before = marks ? [republishLinks(db, workspace.id)] : [];
  const [[row], [now]] = await batchAround(db, before, [insert, used], alongside?.([uuid]));
  await follow(context);
  return row === undefined
    ? err(exceeded("goals", workspace.plan, limit, now?.used ?? limit))
    : ok({ ...(await toGoal(env, row)), ...(made && { secret: made.secret }) });
}

/** Changes only the fields that are given. The first time that a goal needs a secret, it gets one. */
export async function updateGoal(
  context: WorkspaceContext,
  uuid: string,
  changes: GoalChanges,
): Promise<Result<GoalWithSecret, GoalNotFound | AmountRefused | ValuePastMax>> {
  const { env, workspace, nowMs } = context;
  const db = databaseOf(env.DB);
  const known = await goalStore(context).find(uuid);
  if (!known.ok) return known;
  const changed = changedGoal(known.value, changes);
  if (!changed.ok) return changed;
  const { name, value, currency, clickIdParam, isActive } = changed.value;
  const { maxValue, serverOnly, clickTokensOnly } = changed.value;
  const made = serverOnly ? await newGoalSecret() : null;
  if (isActive) await beginTracking(env, workspace);
  const update = db.all<GoalRow & { readonly secretHash: string | null }>(sql`
    update conversion_goals set name = ${name}, value = ${value}, currency = ${currency},
      click_id_param = ${clickIdParam}, is_active = ${Number(isActive)}, max_value = ${maxValue},
      server_only = ${Number(serverOnly)}, click_tokens_only = ${Number(clickTokensOnly)},
      secret_hash = coalesce(secret_hash, ${made?.hash ?? null}), updated_at_ms = ${nowMs}
    where workspace_id = ${workspace.id} and uuid = ${uuid}
    returning ${GOAL_COLUMNS}, secret_hash as "secretHash"`);
  const marks = markOf(changed.value) !== markOf(known.value);
  const [[row]] = await batchAround(db, marks ? [republishLinks(db, workspace.id)] : [], [update]);
  await follow(context);
  if (row === undefined) return err({ reason: "goal_not_found" });
  const { secretHash, ...columns } = row;
  const goal = await toGoal(env, columns);
  return ok(made?.hash === secretHash && made !== null ? { ...goal, secret: made.secret } : goal);
}

/** Gives a goal a new secret; the previous one ends at once. */
export async function rotateGoalSecret(
  { env, workspace, nowMs }: WorkspaceContext,
  uuid: string,
): Promise<Result<GoalWithSecret, GoalNotFound>> {
  const { secret, hash } = await newGoalSecret();
  const [row] = await databaseOf(env.DB).all<GoalRow>(sql`
    update conversion_goals set secret_hash = ${hash}, updated_at_ms = ${nowMs}
    where workspace_id = ${workspace.id} and uuid = ${uuid} returning ${GOAL_COLUMNS}`);
  return row === undefined
    ? err({ reason: "goal_not_found" })
    : ok({ ...(await toGoal(env, row)), secret });
}

/** Deletes a goal and thereby revokes its token; its past conversions stay counted. */
export async function deleteGoal(
  context: WorkspaceContext,
  uuid: string,
): Promise<Result<null, GoalNotFound>> {
  const { env, workspace } = context;
  const db = databaseOf(env.DB);
  const isGoal = sql`workspace_id = ${workspace.id} and uuid = ${uuid}`;
  const guard = sql`exists (
    select 1 from conversion_goals where ${isGoal} and is_active and click_id_param is not null)`;
  const [deleted] = await batchAround(
    db,
    [republishLinks(db, workspace.id, guard)],
    [db.all(sql`delete from conversion_goals where ${isGoal} returning id`)],
  );
  await follow(context);
  return deleted.length > 0 ? ok(null) : err({ reason: "goal_not_found" });
}

/**
 * Tells the Ledger whether a goal is active. If that fails, the next change of goals makes up for
 * it; until then the Ledger keeps too much.
 */
async function follow({ env, workspace }: WorkspaceContext): Promise<void> {
  await tolerate("conversions.tracking.failed", followGoals(env, workspace));
}

/** Returns the query parameter that the goal adds to destinations; null if it adds none. */
function markOf({ isActive, clickIdParam }: Goal): string | null {
  return isActive ? clickIdParam : null;
}

function changedGoal(
  before: Goal,
  changes: GoalChanges,
): Result<Goal, AmountRefused | ValuePastMax> {
  const decimal = (minor: number) => decimalOf(minor, before.currency);
  const {
    currency = before.currency,
    value = decimal(before.value),
    maxValue = before.maxValue === null ? null : decimal(before.maxValue),
  } = changes;
  const amounts = parseAmounts({ value, maxValue, currency });
  if (!amounts.ok) return amounts;
  const {
    name = before.name,
    isActive = before.isActive,
    clickIdParam = before.clickIdParam,
    serverOnly = before.serverOnly,
    clickTokensOnly = before.clickTokensOnly,
  } = changes;
  const fields = { name, isActive, clickIdParam, serverOnly, clickTokensOnly, currency };
  return ok({ ...before, ...fields, ...amounts.value });
}

function parseAmounts({
  value,
  maxValue,
  currency,
}: Pick<NewGoal, "value" | "maxValue" | "currency">): Result<
  Pick<Goal, "value" | "maxValue">,
  AmountRefused | ValuePastMax
> {
  const amount = minorUnits(value, currency);
  const max = maxValue === null ? ok(null) : minorUnits(maxValue, currency);
  if (!amount.ok) return err({ reason: "amount_refused", field: "value", problem: amount.error });
  if (!max.ok) return err({ reason: "amount_refused", field: "maxValue", problem: max.error });
  if (max.value !== null && amount.value > max.value) {
    return err({ reason: "value_past_max", max: decimalOf(max.value, currency), currency });
  }
  return ok({ value: amount.value, maxValue: max.value });
}
