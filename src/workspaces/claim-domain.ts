import { sql } from "drizzle-orm";

import type { WorkspaceContext } from "../access/context.ts";
import { PLANS } from "../access/plans.ts";
import { exceeded } from "../access/quotas.ts";
import { batchAround, type Alongside } from "../db/batch.ts";
import { databaseOf } from "../db/database.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { type Domain, DOMAIN_COLUMNS, type DomainRefusal, NEW_CHALLENGE } from "./domains.ts";

/** Claims a canonical host name. Any workspace may claim any name; a claim proves nothing. */
export async function claimDomain(
  { env, workspace, nowMs }: WorkspaceContext,
  hostname: string,
  alongside?: Alongside,
): Promise<Result<Domain, DomainRefusal>> {
  const db = databaseOf(env.DB);
  const { id: workspaceId, plan } = workspace;
  const uuid = crypto.randomUUID();
  const limit = PLANS[plan].domainsMax;
  const mine = sql`(select count(*) from domains where workspace_id = ${workspaceId})`;
  const insert = db.all<Domain>(sql`
    insert into domains (uuid, workspace_id, hostname, challenge, created_at_ms)
    select ${uuid}, ${workspaceId}, ${hostname}, ${NEW_CHALLENGE}, ${nowMs}
    where ${limit} is null or ${mine} < ${limit}
    on conflict (workspace_id, hostname) do nothing returning ${DOMAIN_COLUMNS}`);
  const known = db.all<{ claimed: 0 | 1; used: number }>(sql`
    select exists (
      select 1 from domains where workspace_id = ${workspaceId} and hostname = ${hostname}
    ) as claimed, ${mine} as used`);
  const [[domain], [now]] = await batchAround(db, [], [insert, known], alongside?.([uuid]));
  if (domain !== undefined) return ok(domain);
  return limit === null || now?.claimed === 1
    ? err({ reason: "domain_claimed", hostname })
    : err(exceeded("domains", plan, limit, now?.used ?? limit));
}
