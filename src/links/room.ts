/**
 * Keeps a workspace within the links of its plan, exactly: the statement that inserts them counts.
 *
 * It counts for all links of a call at once, also for those whose code turns out taken: a call that
 * would just fit without them is refused, and none ever makes too many.
 */

import { type SQL, sql } from "drizzle-orm";

import type { Workspace } from "../access/access.ts";
import { PLANS } from "../access/plans.ts";
import { exceeded, type QuotaExceeded } from "../access/quotas.ts";
import type { Database } from "../db/database.ts";

type Planned = Pick<Workspace, "id" | "plan">;

/**
 * True in SQL while the plan has room for all links of a call; nothing is counted where there is no
 * limit. `earlier` is what statements of the same call before this one inserted, as JSON.
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

/** Selects how many links there are, where that is limited. */
export function selectRoom(db: Database, { id, plan }: Planned) {
  const used = PLANS[plan].linksMax === null ? sql`0` : countOf(id);
  return db.all<{ used: number }>(sql`select ${used} as used`);
}

/** Gives the refusal of a call that has no room, from the count of `selectRoom`. */
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
