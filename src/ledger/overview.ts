/** A workspace at a glance: its links from D1, their clicks from the Ledger. */

import { and, count, eq, gt, isNull, or, sql } from "drizzle-orm";

import type { Workspace } from "../accounts/access.ts";
import { databaseOf } from "../db/database.ts";
import { links } from "../db/schema/index.ts";
import type { Link } from "../links/link.ts";
import { linkStore } from "../links/store.ts";
import { ledgerFor } from "./stub.ts";

export interface Overview {
  readonly links: number;
  /** Links that lead somewhere right now. */
  readonly activeLinks: number;
  /** All time. */
  readonly clicks: number;
  readonly top: { readonly link: Link; readonly clicks: number } | null;
}

/** Sums a workspace up. The two stores are read one beside the other, not at one instant. */
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
  const [totals, [counts]] = await Promise.all([
    ledgerFor(env, workspace.ledger).totals(),
    db
      .select({ links: count(), activeLinks: count(sql`case when ${isActive} then 1 end`) })
      .from(links)
      .where(eq(links.workspaceId, workspace.id)),
  ]);
  // A leader may have been deleted a moment ago.
  const ids = totals.leaders.map(({ linkId }) => linkId);
  const [link] = ids.length === 0 ? [] : await linkStore(db, workspace.id).findByIds(ids);
  const clicks = totals.leaders.find(({ linkId }) => linkId === link?.id)?.clicks ?? 0;
  return {
    links: counts?.links ?? 0,
    activeLinks: counts?.activeLinks ?? 0,
    clicks: totals.clicks,
    top: link === undefined ? null : { link, clicks },
  };
}
