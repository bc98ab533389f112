/**
 * Links whose custom domain their workspace no longer serves. Parked, a link is kept under a name
 * that can be no host, so that its code is free for whoever proves the domain next; it comes back
 * when its own workspace proves the domain again.
 */

import { type SQL, sql } from "drizzle-orm";

import type { Statement } from "../db/batch.ts";
import type { Database } from "../db/database.ts";
import { leaveAddress } from "./held-codes.ts";

const PARKED = /^parked:\d+:/;

/** Gives the name under which a workspace's links of a domain wait. */
function parkedDomain(workspaceId: number, hostname: string): string {
  return `parked:${workspaceId}:${hostname}`;
}

/** Gives the domain that a link is for, parked or not: what people are shown. */
export function shownDomain(domain: string): string {
  return domain.replace(PARKED, "");
}

/** Parks the links that `leaving` (a condition on `links`) names, and leaves their addresses. */
export function parkLinks(db: Database, leaving: SQL, nowMs: number): Statement[] {
  return [
    ...leaveAddress(db, leaving, nowMs),
    // Nothing is to be published under the parked name: the tombstones see to the address left.
    // A code that waits there already stays where it is, not served: it was made in the moment
    // between the look at the domain and its loss.
    db.run(sql`
      update or ignore links set domain = 'parked:' || workspace_id || ':' || domain,
        version = version + 1, published_version = version + 1, updated_at_ms = ${nowMs}
      where ${leaving}`),
  ];
}

/** Brings back a workspace's links of a domain, if `may` holds; their records are swept into KV. */
export function unparkLinks(
  db: Database,
  { workspaceId, hostname, may }: { workspaceId: number; hostname: string; may: SQL },
  nowMs: number,
): Statement {
  return db.run(sql`
    update or ignore links set domain = ${hostname}, version = version + 1, updated_at_ms = ${nowMs}
    where domain = ${parkedDomain(workspaceId, hostname)} and workspace_id = ${workspaceId}
      and ${may}`);
}
