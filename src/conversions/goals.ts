/** Reads the conversion goals of one workspace. */

import { type SQL, sql } from "drizzle-orm";

import type { WorkspaceContext } from "../access/context.ts";
import { databaseOf } from "../db/database.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { secretOf, type Secrets } from "../platform/secrets.ts";
import { openGoalToken } from "./goal-token.ts";
import type { Goal, GoalNotFound } from "./goal.ts";

/** Returns the reader of a workspace's goals. */
export function goalStore({ env, workspace }: Pick<WorkspaceContext, "env" | "workspace">) {
  const db = databaseOf(env.DB);

  async function select(where: SQL): Promise<Goal[]> {
    const rows = await db.all<GoalRow>(sql`
      select ${GOAL_COLUMNS} from conversion_goals
      where workspace_id = ${workspace.id} and ${where} order by id`);
    return Promise.all(rows.map((row) => toGoal(env, row)));
  }

  return {
    /** Oldest first. */
    list: () => select(sql`true`),

    async find(uuid: string): Promise<Result<Goal, GoalNotFound>> {
      const [goal] = await select(sql`uuid = ${uuid}`);
      return goal === undefined ? err({ reason: "goal_not_found" }) : ok(goal);
    },

    findByIds: (ids: readonly number[]) =>
      select(sql`id in (select value from json_each(${JSON.stringify(ids)}))`),
  };
}

export const GOAL_COLUMNS = sql`uuid, name, token, value, currency, click_id_param as "clickIdParam",
  is_active as "isActive", max_value as "maxValue", server_only as "serverOnly",
  click_tokens_only as "clickTokensOnly"`;

/** A row of `GOAL_COLUMNS`. */
export interface GoalRow extends Omit<Goal, "isActive" | "serverOnly" | "clickTokensOnly"> {
  readonly isActive: 0 | 1;
  readonly serverOnly: 0 | 1;
  readonly clickTokensOnly: 0 | 1;
}

/** Converts a row and decrypts its token. */
export async function toGoal(env: Secrets, row: GoalRow): Promise<Goal> {
  const { isActive, serverOnly, clickTokensOnly, token, ...same } = row;
  return {
    ...same,
    token: await openGoalToken(await secretOf(env, "ENCRYPTION_KEY"), row.uuid, token),
    isActive: isActive === 1,
    serverOnly: serverOnly === 1,
    clickTokensOnly: clickTokensOnly === 1,
  };
}
