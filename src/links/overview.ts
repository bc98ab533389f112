/** A workspace's summary: its links from D1, their clicks from the Ledger. */

import { eq, type SQL, sql } from "drizzle-orm";

import type { Workspace } from "../access/access.ts";
import { batchAround, type Statement } from "../db/batch.ts";
import { type Database, databaseOf } from "../db/database.ts";
import { workspaceUsage } from "../db/schema/index.ts";
import { ledgerFor } from "../ledger/stub.ts";
import { linkStore } from "./store.ts";

export interface Overview {
  readonly links: number;
  /** The number of links that lead somewhere right now. */
  readonly activeLinks: number;
  /** Over all time. */
  readonly clicks: number;
  readonly top: { readonly code: string; readonly clicks: number } | null;
}

/** Summarises a workspace. The two stores are read one after the other, not at one instant. */
export async function overviewOf(
  env: Cloudflare.Env,
  workspace: Workspace,
  nowMs: number,
): Promise<Overview> {
  const db = databaseOf(env.DB);
  const { clicks, leaders } = await ledgerFor(env, workspace.ledger).totals();
  // A leader may have been deleted a moment ago; the next one is then the top.
  const ids = leaders.map(({ linkId }) => linkId);
  const [[counts], [top]] = await batchAround(
    db,
    [countUntil(db, workspace, nowMs)],
    [
      db
        .select({ links: workspaceUsage.links, activeLinks: workspaceUsage.liveLinks })
        .from(workspaceUsage)
        .where(eq(workspaceUsage.workspaceId, workspace.id)),
      linkStore(db, workspace.id).selectNames({ ids, fields: ["code"], max: 1 }),
    ],
  );
  return {
    links: counts?.links ?? 0,
    activeLinks: counts?.activeLinks ?? 0,
    clicks,
    top:
      top === undefined
        ? null
        : { code: top.code, clicks: leaders.find(({ linkId }) => linkId === top.id)?.clicks ?? 0 },
  };
}

/**
 * Moves the count of live links to a time. It reads the links that have begun or ended since, and
 * writes only if there are any, so that each of them is read once, however often it is counted.
 */
function countUntil(db: Database, { id }: Pick<Workspace, "id">, nowMs: number): Statement {
  const counted = sql`workspace_usage.counted_at_ms`;
  const changed = sql`(
    select id from links where workspace_id = ${id}
      and starts_at_ms > min(${counted}, ${nowMs}) and starts_at_ms <= max(${counted}, ${nowMs})
    union
    select id from links where workspace_id = ${id} and coalesce(ends_at_ms, expires_at_ms) is not null
      and ${END} > min(${counted}, ${nowMs}) and ${END} <= max(${counted}, ${nowMs})
  )`;
  return db.run(sql`
    update workspace_usage set counted_at_ms = ${nowMs}, live_links = live_links + (
      select total(${isLiveAt(sql`${nowMs}`)} - ${isLiveAt(counted)}) from links where id in ${changed}
    ) where workspace_id = ${id} and exists ${changed}`);
}

/** When a link ends, as the index links_by_end has it. */
const END = sql`min(coalesce(ends_at_ms, 9e15), coalesce(expires_at_ms, 9e15))`;

/** As the triggers of the links count it. */
function isLiveAt(atMs: SQL): SQL {
  return sql`(is_active and archived_at_ms is null and suspended_at_ms is null
    and coalesce(starts_at_ms, 0) <= ${atMs} and ${END} > ${atMs})`;
}
