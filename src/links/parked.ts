/**
 * Parked links: those whose custom domain their workspace no longer serves. A parked link has no
 * address, so its code is free for the next owner of the domain; it keeps the domain's name in
 * `parked_domain`, and comes back when its own workspace proves the domain again.
 */

import { type SQL, sql } from "drizzle-orm";

import type { Statement } from "../db/batch.ts";
import type { Database } from "../db/database.ts";
import { isFree, leaveAddress } from "./held-codes.ts";
import type { Link } from "./link.ts";
import { DEFAULT_DOMAIN, type LinkAddress } from "./route/address.ts";

/** Where a link is served, or under what it waits for its workspace to serve its domain again. */
export type LinkPlace = Pick<Link, "domain" | "parkedDomain" | "code">;

/** Returns the domain that people are shown: a parked link is still known by its own. */
export function shownDomain({ domain, parkedDomain }: Omit<LinkPlace, "code">): string {
  return domain ?? parkedDomain ?? DEFAULT_DOMAIN;
}

/** Returns where a link is served; null while it is parked. */
export function servedAddress({
  domain,
  code,
}: Omit<LinkPlace, "parkedDomain">): LinkAddress | null {
  return domain === null ? null : { domain, code };
}

/** True in SQL where a link of the workspace may stand; only its own parked links wait in its way. */
export function isFreePlace(place: LinkPlace, workspaceId: number, nowMs: number): SQL {
  const address = servedAddress(place);
  if (address !== null) return isFree(address, workspaceId, nowMs);
  return sql`not exists (
    select 1 from links as other where other.parked_domain = ${place.parkedDomain}
      and other.workspace_id = ${workspaceId} and other.code = ${place.code}
  )`;
}

/** Parks the links that `guard` (a condition on `links`) names, and leaves their addresses. */
export function parkLinks(db: Database, guard: SQL, nowMs: number): Statement[] {
  return [
    ...leaveAddress(db, guard, nowMs),
    // Nothing is to be published of a parked link: the tombstones see to the address left.
    // A code that waits there already stays where it is, not served: it was made in the moment
    // between the look at the domain and its loss.
    db.run(sql`
      update or ignore links set parked_domain = domain, domain = null,
        version = version + 1, published_version = version + 1, updated_at_ms = ${nowMs}
      where ${guard}`),
  ];
}

/** Brings back a workspace's links of a domain, if `guard` holds; their records are swept into KV. */
export function unparkLinks(
  db: Database,
  { workspaceId, hostname, guard }: { workspaceId: number; hostname: string; guard: SQL },
  nowMs: number,
): Statement {
  return db.run(sql`
    update or ignore links set domain = parked_domain, parked_domain = null,
      version = version + 1, updated_at_ms = ${nowMs}
    where parked_domain = ${hostname} and workspace_id = ${workspaceId} and ${guard}`);
}
