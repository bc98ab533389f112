/**
 * Keeps a workspace exactly within its plan's number of links: the inserting statement counts them.
 *
 * It counts all links of a call, even those whose code turns out to be taken: a call that would
 * only just fit without them is refused, and no call ever creates too many.
 */

import { type SQL, sql } from "drizzle-orm";

import type { Workspace } from "../access/access.ts";
import { PLANS } from "../access/plans.ts";
import { exceeded, type QuotaExceeded } from "../access/quotas.ts";
import type { Database } from "../db/database.ts";

type Planned = Pick<Workspace, "id" | "plan">;

/**
 * True in SQL while the plan has room for all links of a call; nothing is counted if there is no
 * limit. `earlier` holds, as JSON, what previous statements of the same call inserted.
 */
export function hasRoom({ id, plan }: Planned, adding: number, earlier: readonly string[]): SQL {
  const { linksMax } = PLANS[plan];
  if (linksMax === null) return sql`true`;
  const inserted = earlier.map(
    (json) => sql`(select count(*) from links
      where uuid in (select value->>'uuid' from json_each(${json})))`,
  );
  return sql`${countOf(id)} - (${sql.join([sql`0`, ...inserted], sql` + `)}) + ${adding} <= ${linksMax}`;
}

/** Whether the plan limits the workspace's links at all. */
export function isLimited({ plan }: Pick<Planned, "plan">): boolean {
  return PLANS[plan].linksMax !== null;
}

/** Selects the number of links, if the plan limits it. */
export function selectRoom(db: Database, { id, plan }: Planned) {
  const used = PLANS[plan].linksMax === null ? sql`${0}` : countOf(id);
  return db.all<{ used: number }>(sql`select ${used} as used`);
}

/** Returns the refusal of a call for which there is no room, from the count of `selectRoom`. */
export function overQuota(
  { plan }: Planned,
  room: { readonly used: number } | undefined,
  adding: number,
): QuotaExceeded | null {
  const { linksMax } = PLANS[plan];
  if (linksMax === null || room === undefined || room.used + adding <= linksMax) return null;
  return exceeded("links", plan, linksMax, room.used);
}

function countOf(workspaceId: number): SQL {
  return sql`(select count(*) from links where workspace_id = ${workspaceId})`;
}
