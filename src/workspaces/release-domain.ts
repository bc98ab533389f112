import { sql } from "drizzle-orm";

import type { WorkspaceContext } from "../access/context.ts";
import { batchAround } from "../db/batch.ts";
import { databaseOf } from "../db/database.ts";
import { parkLinks } from "../links/parked.ts";
import { publishSoon } from "../links/route/publish.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { leaveHostnames } from "./custom-hostnames.ts";
import {
  addressesLeft,
  type Domain,
  DOMAIN_COLUMNS,
  type DomainNotFound,
  leaveHosts,
} from "./domains.ts";

/** Releases a domain, verified or not, and parks its links. Returns the domain as it was. */
export async function releaseDomain(
  { env, workspace, nowMs }: WorkspaceContext,
  uuid: string,
): Promise<Result<Domain, DomainNotFound>> {
  const db = databaseOf(env.DB);
  const released = sql`workspace_id = ${workspace.id} and uuid = ${uuid}`;
  const guard = sql`workspace_id = ${workspace.id}
    and domain = (select hostname from domains where ${released})`;
  const before = [
    ...parkLinks(db, guard, nowMs),
    leaveHostnames(db, released, nowMs),
    leaveHosts(db, sql`${released} and verified_at_ms is not null`, nowMs),
  ];
  const [addresses, [domain]] = await batchAround(db, before, [
    addressesLeft(db, sql`(select hostname from domains where ${released})`, nowMs),
    db.all<Domain>(sql`delete from domains where ${released} returning ${DOMAIN_COLUMNS}`),
  ]);
  if (domain === undefined) return err({ reason: "domain_not_found" });
  publishSoon(env, addresses);
  return ok(domain);
}
