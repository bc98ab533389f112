/** The conversion goals of one workspace. */

import { type SQL, sql } from "drizzle-orm";

import type { WorkspaceContext } from "../access/context.ts";
import { PLANS } from "../access/plans.ts";
import { exceeded, type QuotaExceeded } from "../access/quotas.ts";
import { batchAround, type Alongside } from "../db/batch.ts";
import { databaseOf } from "../db/database.ts";
import { republishLinks } from "../links/republish-links.ts";
import { tolerate } from "../platform/log.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { newGoalToken, openGoalToken } from "./goal-token.ts";
import type { AmountRefused, Goal, GoalChanges, GoalNotFound, NewGoal } from "./goal.ts";
import { decimalOf, minorUnits } from "./money.ts";
import { beginTracking, followGoals } from "./tracking.ts";

/** Beyond any plan: a list is answered whole, and each of its tokens has to be opened. */
const GOALS_MAX = 100;

/** Gives the goals of one workspace. */
export function goalStore({ env, workspace, nowMs }: WorkspaceContext) {
  const db = databaseOf(env.DB);
  const mine = sql`workspace_id = ${workspace.id}`;

  async function select(where: SQL): Promise<Goal[]> {
    const rows = await db.all<GoalRow>(sql`
      select ${GOAL_COLUMNS} from conversion_goals where ${mine} and ${where} order by id`);
    return Promise.all(rows.map((row) => goalOf(env.ENCRYPTION_KEY, row)));
  }

  /** What is not told now is told with the next change; until then the Ledger keeps too much. */
  async function follow(): Promise<void> {
    await tolerate("conversions.tracking.failed", followGoals(env, workspace));
  }

  async function find(uuid: string): Promise<Result<Goal, GoalNotFound>> {
    const [goal] = await select(sql`uuid = ${uuid}`);
    return goal === undefined ? err({ code: "goal_not_found" }) : ok(goal);
  }

  return {
    /** Oldest first. */
    list: () => select(sql`true`),

    find,

    findByIds: (ids: readonly number[]) =>
      select(sql`id in (select value from json_each(${JSON.stringify(ids)}))`),

    async create(
      given: NewGoal,
      alongside?: Alongside,
    ): Promise<Result<Goal, AmountRefused | QuotaExceeded>> {
      const amount = amountOf(given.value, given.currency);
      if (!amount.ok) return amount;
      if (given.isActive) await beginTracking(env, workspace);
      const uuid = crypto.randomUUID();
      const token = await newGoalToken(env.ENCRYPTION_KEY, uuid);
      const limit = PLANS[workspace.plan].goalsMax ?? GOALS_MAX;
      const count = sql`(select count(*) from conversion_goals where ${mine})`;
      // The count stands in the statement that inserts: two requests at once cannot both be the last.
      const insert = db.all<GoalRow>(sql`
        insert into conversion_goals (uuid, workspace_id, name, token, token_hash, value, currency,
          click_id_param, is_active, created_at_ms, updated_at_ms)
        select ${uuid}, ${workspace.id}, ${given.name}, ${token.sealed}, ${token.hash},
          ${amount.value}, ${given.currency}, ${given.clickIdParam}, ${Number(given.isActive)},
          ${nowMs}, ${nowMs}
        where ${count} < ${limit} returning ${GOAL_COLUMNS}`);
      const used = db.all<{ used: number }>(sql`select ${count} as used`);
      const marks = given.isActive && given.clickIdParam !== null;
      const before = marks ? [republishLinks(db, workspace.id)] : [];
      const [[row], [now]] = await batchAround(db, before, [insert, used], alongside?.([uuid]));
      await follow();
      return row === undefined
        ? err(exceeded("goals", workspace.plan, limit, now?.used ?? limit))
        : ok(await goalOf(env.ENCRYPTION_KEY, row));
    },

    async update(
      uuid: string,
      changes: GoalChanges,
    ): Promise<Result<Goal, GoalNotFound | AmountRefused>> {
      const known = await find(uuid);
      if (!known.ok) return known;
      const changed = changedGoal(known.value, changes);
      if (!changed.ok) return changed;
      const { name, value, currency, clickIdParam, isActive } = changed.value;
      if (isActive) await beginTracking(env, workspace);
      const update = db.all<GoalRow>(sql`
        update conversion_goals set name = ${name}, value = ${value}, currency = ${currency},
          click_id_param = ${clickIdParam}, is_active = ${Number(isActive)}, updated_at_ms = ${nowMs}
        where ${mine} and uuid = ${uuid} returning ${GOAL_COLUMNS}`);
      const marks = markOf(changed.value) !== markOf(known.value);
      const [[row]] = await batchAround(db, marks ? [republishLinks(db, workspace.id)] : [], [
        update,
      ]);
      await follow();
      return row === undefined
        ? err({ code: "goal_not_found" })
        : ok(await goalOf(env.ENCRYPTION_KEY, row));
    },

    /** Its token opens nothing any more; the conversions that it had stay counted. */
    async delete(uuid: string): Promise<Result<null, GoalNotFound>> {
      const marked = sql`exists (
        select 1 from conversion_goals where ${mine} and uuid = ${uuid}
          and is_active and click_id_param is not null)`;
      const [deleted] = await batchAround(
        db,
        [republishLinks(db, workspace.id, marked)],
        [db.all(sql`delete from conversion_goals where ${mine} and uuid = ${uuid} returning id`)],
      );
      await follow();
      return deleted.length > 0 ? ok(null) : err({ code: "goal_not_found" });
    },
  };
}

/** What the goal adds to destinations; null for nothing. */
function markOf({ isActive, clickIdParam }: Goal): string | null {
  return isActive ? clickIdParam : null;
}

const GOAL_COLUMNS = sql`uuid, name, token, value, currency, click_id_param as "clickIdParam",
  is_active as "isActive"`;

interface GoalRow extends Omit<Goal, "isActive"> {
  readonly isActive: 0 | 1;
}

async function goalOf(keys: string, { isActive, token, ...row }: GoalRow): Promise<Goal> {
  return {
    ...row,
    token: await openGoalToken(keys, row.uuid, token),
    isActive: isActive === 1,
  };
}

function changedGoal(before: Goal, changes: GoalChanges): Result<Goal, AmountRefused> {
  const { currency = before.currency, value = decimalOf(before.value, before.currency) } = changes;
  const amount = amountOf(value, currency);
  if (!amount.ok) return amount;
  const {
    name = before.name,
    isActive = before.isActive,
    clickIdParam = before.clickIdParam,
  } = changes;
  return ok({ ...before, name, isActive, clickIdParam, currency, value: amount.value });
}

function amountOf(value: string | number, currency: string): Result<number, AmountRefused> {
  const amount = minorUnits(value, currency);
  return amount.ok ? amount : err({ code: "amount_refused", problem: amount.error });
}
