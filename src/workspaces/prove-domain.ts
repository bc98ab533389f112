import { sql } from "drizzle-orm";

import type { WorkspaceContext } from "../access/context.ts";
import { configOf } from "../config.ts";
import { batchAround } from "../db/batch.ts";
import { databaseOf } from "../db/database.ts";
import { parkLinks, unparkLinks } from "../links/parked.ts";
import { publishSoon } from "../links/route/publish.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { wantHostnames } from "./custom-hostnames.ts";
import { askProof } from "./domain-proof.ts";
import {
  addressesLeft,
  type Domain,
  type DomainRefusal,
  domainStore,
  leaveHosts,
  NEW_CHALLENGE,
  WHOLE_COLUMNS,
  type WholeDomain,
} from "./domains.ts";

/**
 * Verifies a claim whose TXT record is in the DNS, and takes the domain over from the workspace
 * that served it.
 *
 * In one batch, that workspace loses the domain and gets a new challenge, other workspaces' links
 * on it are parked, and this workspace's parked links are restored. For a domain that is already
 * verified it only notes that the record is there.
 */
export async function proveDomain(
  context: WorkspaceContext,
  uuid: string,
): Promise<Result<WholeDomain, DomainRefusal>> {
  const { env, workspace } = context;
  const found = await domainStore(databaseOf(env.DB), workspace.id).find(uuid);
  if (!found.ok) return found;
  const { hostname } = found.value;
  switch (await askProof(found.value, { dohUrl: env.DOH_URL })) {
    case "absent":
      return err({ reason: "domain_unproven", hostname });
    case "unanswered":
      return err({ reason: "dns_unanswered" });
    case "present":
      return take(context, found.value);
  }
}

async function take(
  { env, workspace, nowMs }: WorkspaceContext,
  { id, hostname, challenge }: Domain,
): Promise<Result<WholeDomain, DomainRefusal>> {
  const db = databaseOf(env.DB);
  const { id: workspaceId } = workspace;
  // While the DNS was queried, the claim may have been released or its challenge replaced.
  const guard = sql`exists (
    select 1 from domains as claim where claim.id = ${id} and claim.challenge = ${challenge}
  )`;
  const others = sql`domain = ${hostname} and workspace_id <> ${workspaceId} and ${guard}`;
  const [addresses, [domain]] = await batchAround(
    db,
    [
      ...parkLinks(db, others, nowMs),
      leaveHosts(
        db,
        sql`id = ${id} and challenge = ${challenge} and verified_at_ms is null`,
        nowMs,
      ),
      db.run(sql`
        update domains set verified_at_ms = null, challenge = ${NEW_CHALLENGE}, checked_at_ms = null,
          failed_checks = 0, failing_since_ms = null
        where hostname = ${hostname} and workspace_id <> ${workspaceId}
          and verified_at_ms is not null and ${guard}`),
    ],
    [
      addressesLeft(db, sql`${hostname}`, nowMs),
      db.all<WholeDomain>(sql`
        update domains set verified_at_ms = coalesce(verified_at_ms, ${nowMs}),
          checked_at_ms = ${nowMs}, failed_checks = 0, failing_since_ms = null
        where id = ${id} and challenge = ${challenge} returning ${WHOLE_COLUMNS}`),
    ],
    [
      unparkLinks(db, { workspaceId, hostname, guard }, nowMs),
      ...(configOf(env).saas === null ? [] : [wantHostnames(db, sql`id = ${id}`, nowMs)]),
    ],
  );
  if (domain === undefined) return err({ reason: "domain_unproven", hostname });
  publishSoon(env, addresses);
  return ok(domain);
}
