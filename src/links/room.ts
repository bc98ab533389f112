/**
 * Keeps a workspace exactly within its plan's number and bytes of links: the statement that writes
 * compares them, as triggers count them (`db/beyond-drizzle.sql`).
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

/** Links and their bytes: what a workspace has, or what a call adds. */
export interface Load {
  readonly links: number;
  readonly bytes: number;
}

/**
 * True in SQL while the plan has room for all links of a call; nothing is counted if there is no
 * limit. `earlier` holds, as JSON, what previous statements of the same call inserted.
 */
export function hasRoom({ id, plan }: Planned, adding: Load, earlier: readonly string[]): SQL {
  if (!isLimited({ plan })) return sql`true`;
  const { linksMax, linkBytesMax } = PLANS[plan];
  const inserted = earlier.map(
    (json) => sql`(select ${LOAD} from links
      where uuid in (select value->>'uuid' from json_each(${json})))`,
  );
  const less = (column: SQL) =>
    sql.join([sql`0`, ...inserted.map((_, at) => sql`${table(at)}.${column}`)], sql` + `);
  const tables = [
    sql`(select links as n, bytes from workspace_usage where workspace_id = ${id}) as used`,
    ...inserted.map((select, at) => sql`${select} as ${table(at)}`),
  ];
  return sql`exists (
    select 1 from ${sql.join(tables, sql`, `)}
    where used.n - (${less(sql`n`)}) + ${adding.links} <= ${limitOf(linksMax, adding.links)}
      and used.bytes - (${less(sql`bytes`)}) + ${adding.bytes} <= ${limitOf(linkBytesMax, adding.bytes)}
  )`;
}

const LOAD = sql`count(*) as n, coalesce(sum(bytes), 0) as bytes`;

function table(at: number): SQL {
  return sql`${sql.identifier(`earlier_${at}`)}`;
}

/** What a call does not add to is not limited: a workspace may be over a quota already. */
function limitOf(max: number | null, adding: number): number {
  return max === null || adding <= 0 ? Number.MAX_SAFE_INTEGER : max;
}

/**
 * Returns the value of a link's column `bytes` for the statement that changes the link: null, which
 * the column refuses and the whole batch with it, if the plan has no room for the growth.
 */
export function bytesWithin({ id, plan }: Planned, growth: number, bytes: SQL): SQL {
  const { linkBytesMax } = PLANS[plan];
  if (linkBytesMax === null || growth <= 0) return bytes;
  return sql`case when (
      select used.bytes from workspace_usage as used where used.workspace_id = ${id}
    ) - links.bytes + ${bytes} <= ${linkBytesMax} then ${bytes} end`;
}

/** Waits for a batch; null if `bytesWithin` refused it, and nothing was changed. */
export async function unlessBeyondBytes<T>(batch: Promise<T>): Promise<T | null> {
  try {
    return await batch;
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    if (String(cause).includes("NOT NULL constraint failed: links.bytes")) return null;
    throw error;
  }
}

/** Returns the refusal of a change that `bytesWithin` refused. */
export function beyondBytes({ plan }: Pick<Planned, "plan">, used: Load | undefined) {
  return exceeded("linkBytes", plan, PLANS[plan].linkBytesMax ?? 0, used?.bytes ?? 0);
}

/** Whether the plan limits the workspace's links at all. */
export function isLimited({ plan }: Pick<Planned, "plan">): boolean {
  const { linksMax, linkBytesMax } = PLANS[plan];
  return linksMax !== null || linkBytesMax !== null;
}

/** Selects the number and the bytes of the workspace's links, if the plan limits them. */
export function selectRoom(db: Database, { id, plan }: Planned) {
  return db.all<Load>(
    isLimited({ plan })
      ? sql`select links, bytes from workspace_usage where workspace_id = ${id}`
      : sql`select ${0} as links, ${0} as bytes`,
  );
}

/**
 * Returns the refusal of a call for which there is no room, from the row of `selectRoom`. A
 * workspace that is over a quota already may still make its links smaller.
 */
export function overQuota(
  { plan }: Pick<Planned, "plan">,
  used: Load | undefined,
  adding: Load,
): QuotaExceeded | null {
  const { linksMax, linkBytesMax } = PLANS[plan];
  if (used === undefined) return null;
  if (linksMax !== null && adding.links > 0 && used.links + adding.links > linksMax) {
    return exceeded("links", plan, linksMax, used.links);
  }
  if (linkBytesMax !== null && adding.bytes > 0 && used.bytes + adding.bytes > linkBytesMax) {
    return exceeded("linkBytes", plan, linkBytesMax, used.bytes);
  }
  return null;
}
