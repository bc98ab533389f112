/** A workspace's summary: its links from D1, their clicks from the Ledger. */

import { and, count, eq, gt, isNull, or, sql } from "drizzle-orm";

import type { Workspace } from "../access/access.ts";
import { batchAround } from "../db/batch.ts";
import { databaseOf } from "../db/database.ts";
import { links } from "../db/schema/index.ts";
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
  const isActive = and(
    eq(links.isActive, true),
    isNull(links.archivedAtMs),
    isNull(links.suspendedAtMs),
    sql`coalesce(${links.startsAtMs}, 0) <= ${nowMs}`,
    or(isNull(links.endsAtMs), gt(links.endsAtMs, nowMs)),
    or(isNull(links.expiresAtMs), gt(links.expiresAtMs, nowMs)),
  );
  const { clicks, leaders } = await ledgerFor(env, workspace.ledger).totals();
  // A leader may have been deleted a moment ago; the next one is then the top.
  const ids = leaders.map(({ linkId }) => linkId);
  const [[counts], [top]] = await batchAround(
    db,
    [],
    [
      db
        .select({ links: count(), activeLinks: count(sql`case when ${isActive} then 1 end`) })
        .from(links)
        .where(eq(links.workspaceId, workspace.id)),
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
