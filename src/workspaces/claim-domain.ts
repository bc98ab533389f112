import { sql } from "drizzle-orm";

import type { WorkspaceContext } from "../access/context.ts";
import { PLANS } from "../access/plans.ts";
import { exceeded } from "../access/quotas.ts";
import { batchAround, type Alongside } from "../db/batch.ts";
import { databaseOf } from "../db/database.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { type DomainRefusal, NEW_CHALLENGE, WHOLE_COLUMNS, type WholeDomain } from "./domains.ts";

/**
 * Claims a canonical host name for a workspace, in the name of one of its managers. Any workspace may
 * claim any name; a claim proves nothing.
 */
export async function claimDomain(
  { env, workspace, nowMs }: WorkspaceContext,
  { hostname, userId }: { readonly hostname: string; readonly userId: string },
  alongside?: Alongside,
): Promise<Result<WholeDomain, DomainRefusal>> {
  const db = databaseOf(env.DB);
  const { id: workspaceId, plan } = workspace;
  const uuid = crypto.randomUUID();
  const { domainsMax: limit, domainClaimsMax } = PLANS[plan];
  const mine = sql`(select count(*) from domains where workspace_id = ${workspaceId})`;
  // Of the workspace or of the person, whichever is more.
  const claims = sql`max(
    (select count(*) from domains where workspace_id = ${workspaceId} and verified_at_ms is null),
    (select count(*) from domains where claimed_by = ${userId} and verified_at_ms is null))`;
  const insert = db.all<WholeDomain>(sql`
    insert into domains (uuid, workspace_id, claimed_by, hostname, challenge, created_at_ms)
    select ${uuid}, ${workspaceId}, ${userId}, ${hostname}, ${NEW_CHALLENGE}, ${nowMs}
    where (${limit} is null or ${mine} < ${limit}) and ${claims} < ${domainClaimsMax}
    on conflict (workspace_id, hostname) do nothing returning ${WHOLE_COLUMNS}`);
  const known = db.all<{ claimed: 0 | 1; used: number; claims: number }>(sql`
    select exists (
      select 1 from domains where workspace_id = ${workspaceId} and hostname = ${hostname}
    ) as claimed, ${mine} as used, ${claims} as claims`);
  const [[domain], [now]] = await batchAround(db, [], [insert, known], alongside?.([uuid]));
  if (domain !== undefined) return ok(domain);
  if (now === undefined || now.claimed === 1) return err({ reason: "domain_claimed", hostname });
  return limit !== null && now.used >= limit
    ? err(exceeded("domains", plan, limit, now.used))
    : err(exceeded("domainClaims", plan, domainClaimsMax, now.claims));
}
