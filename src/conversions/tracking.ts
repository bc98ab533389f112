/** Sees to it that a workspace's Ledger keeps visitors while, and only while, a goal is active. */

import { sql } from "drizzle-orm";

import type { Workspace } from "../access/access.ts";
import { databaseOf } from "../db/database.ts";
import { ledgerFor } from "../ledger/stub.ts";
import { log } from "../platform/log.ts";

type Planned = Pick<Workspace, "id" | "ledger">;

/** Changes that follow each other faster than this find one that was read too early. */
const TRIES_MAX = 5;

/** Begins to keep visitors: before a goal becomes active, so that no click of its time is missed. */
export async function beginTracking(env: Cloudflare.Env, { ledger }: Planned): Promise<void> {
  await ledgerFor(env, ledger).trackVisitors(true);
}

/**
 * Tells the Ledger whether a goal is active, after any change of goals.
 *
 * It is asked again after it was told: of two changes at once the later one sees both.
 */
export async function followGoals(env: Cloudflare.Env, workspace: Planned): Promise<void> {
  let isActive = await hasActiveGoal(env, workspace.id);
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    await ledgerFor(env, workspace.ledger).trackVisitors(isActive);
    const isActiveNow = await hasActiveGoal(env, workspace.id);
    if (isActiveNow === isActive) return;
    isActive = isActiveNow;
  }
  log("warn", "conversions.tracking.unsettled", { ledger: workspace.ledger });
}

async function hasActiveGoal(env: Cloudflare.Env, workspaceId: number): Promise<boolean> {
  const active = await databaseOf(env.DB).all(sql`
    select 1 from conversion_goals where workspace_id = ${workspaceId} and is_active = 1 limit 1`);
  return active.length > 0;
}
