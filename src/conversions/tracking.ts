/** Makes a workspace's Ledger keep visitors while, and only while, a goal is active. */

import { sql } from "drizzle-orm";

import type { Workspace } from "../access/access.ts";
import { databaseOf } from "../db/database.ts";
import { ledgerFor } from "../ledger/stub.ts";
import { log } from "../platform/log.ts";

type Planned = Pick<Workspace, "id" | "ledger">;

/** The most attempts. Another one is needed only if goals changed during the one before. */
const TRIES_MAX = 5;

/**
 * Starts keeping visitors. Called before a goal becomes active, so that none of its clicks is
 * missed.
 */
export async function beginTracking(env: Cloudflare.Env, { ledger }: Planned): Promise<void> {
  await ledgerFor(env, ledger).trackVisitors(true);
}

/**
 * Tells the Ledger whether a goal is active, after any change of goals.
 *
 * Reads the goals again after telling it, so that the later of two concurrent changes sees both.
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
