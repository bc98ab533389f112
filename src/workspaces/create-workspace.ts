import { type SQL, sql } from "drizzle-orm";

import type { Workspace } from "../access/access.ts";
import { lowerPlan, PLANS } from "../access/plans.ts";
import { exceeded, type QuotaExceeded } from "../access/quotas.ts";
import type { Plan } from "../config.ts";
import { batchAround, type Alongside } from "../db/batch.ts";
import { databaseOf } from "../db/database.ts";
import { members, workspaces } from "../db/schema/index.ts";
import type { Jurisdiction } from "../ledger/ledger-id.ts";
import { err, ok, type Result } from "../platform/result.ts";
import type { WorkspaceRefusal } from "./errors.ts";
import { toWorkspace, type WorkspaceRow } from "./memberships.ts";
import { planOfPerson } from "./personal.ts";

export interface NewWorkspace {
  readonly name: string;
  /** The plan of new workspaces; it gets the owner's own if that is lower. */
  readonly defaultPlan: Plan;
  /** Where its Ledger is stored, which never changes; null means anywhere. */
  readonly jurisdiction: Jurisdiction | null;
}

/** Creates a workspace with one owner, unless they own as many as their plan allows. */
export async function createWorkspace(
  env: Pick<Cloudflare.Env, "DB" | "LEDGER">,
  { name, defaultPlan, jurisdiction }: NewWorkspace,
  { ownerId, nowMs }: { readonly ownerId: string; readonly nowMs: number },
  alongside?: Alongside,
): Promise<Result<Workspace, WorkspaceRefusal | QuotaExceeded>> {
  if (!canKeepIn(env, jurisdiction)) return err({ reason: "jurisdiction_unavailable" });
  const db = databaseOf(env.DB);
  const uuid = crypto.randomUUID();
  const ownPlan = await planOfPerson(db, ownerId);
  const limit = PLANS[ownPlan].workspacesMax;
  const owned = ownedBy(ownerId);
  const owner = db
    .select({
      workspaceId: workspaces.id,
      userId: sql<string>`${ownerId}`.as("user_id"),
      role: sql<"owner">`'owner'`.as("role"),
      createdAtMs: sql<number>`${nowMs}`.as("created_at_ms"),
    })
    .from(workspaces)
    .where(sql`${workspaces.uuid} = ${uuid}`);
  // The inserting statement counts, so that concurrent requests cannot both take the last place.
  const insert = db.all<WorkspaceRow>(sql`
    insert into workspaces (uuid, name, plan, jurisdiction, created_at_ms)
    select ${uuid}, ${name}, ${lowerPlan(defaultPlan, ownPlan)}, ${jurisdiction}, ${nowMs}
    where ${owned} < ${limit} returning id, uuid, name, plan, jurisdiction`);
  const [[row], , [now]] = await batchAround(
    db,
    [],
    [
      insert,
      db.insert(members).select(owner),
      db.all<{ used: number }>(sql`select ${owned} as used`),
    ],
    alongside?.([uuid]),
  );
  return row === undefined
    ? err(exceeded("workspaces", ownPlan, limit, now?.used ?? limit))
    : ok(toWorkspace(row));
}

/** Counts in SQL the workspaces that a person owns. */
export function ownedBy(userId: string): SQL {
  return sql`(select count(*) from members as owned
    where owned.user_id = ${userId} and owned.role = 'owner')`;
}

/**
 * Whether the runtime supports a jurisdiction. The local runtime supports none, and throws only
 * once it is asked for one.
 */
function canKeepIn(
  env: Pick<Cloudflare.Env, "LEDGER">,
  jurisdiction: Jurisdiction | null,
): boolean {
  if (jurisdiction === null) return true;
  try {
    env.LEDGER.jurisdiction(jurisdiction);
    return true;
  } catch {
    return false;
  }
}
