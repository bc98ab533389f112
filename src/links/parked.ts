/**
 * Parked links: those whose custom domain their workspace no longer serves. A parked link has no
 * address, so its code is free for the next owner of the domain. It keeps the domain's name in
 * `parked_domain`, and is restored when its own workspace verifies the domain again.
 */

import { type SQL, sql } from "drizzle-orm";

import type { Statement } from "../db/batch.ts";
import type { Database } from "../db/database.ts";
import { isFree, leaveAddress } from "./held-codes.ts";
import type { Link } from "./link.ts";
import { DEFAULT_DOMAIN, type LinkAddress } from "./route/address.ts";

/** Where a link is served or, while it is parked, the domain that it is waiting for. */
export type LinkPlace = Pick<Link, "domain" | "parkedDomain" | "code">;

/** Returns the domain to show; a parked link still shows its own. */
export function shownDomain({ domain, parkedDomain }: Omit<LinkPlace, "code">): string {
  return domain ?? parkedDomain ?? DEFAULT_DOMAIN;
}

/** Returns the address at which a link is served; null while it is parked. */
export function servedAddress({
  domain,
  code,
}: Omit<LinkPlace, "parkedDomain">): LinkAddress | null {
  return domain === null ? null : { domain, code };
}

/**
 * True in SQL if a link of the workspace may take a place; a parked place collides only with the
 * workspace's own parked links.
 */
export function isFreePlace(place: LinkPlace, workspaceId: number, nowMs: number): SQL {
  const address = servedAddress(place);
  if (address !== null) return isFree(address, workspaceId, nowMs);
  return sql`not exists (
    select 1 from links as other where other.parked_domain = ${place.parkedDomain}
      and other.workspace_id = ${workspaceId} and other.code = ${place.code}
  )`;
}

/** Parks the links that match `guard` (a condition on `links`), and leaves their addresses. */
export function parkLinks(db: Database, guard: SQL, nowMs: number): Statement[] {
  return [
    ...leaveAddress(db, guard, nowMs),
    // A parked link needs no publishing: the tombstones take care of the address that it left. If a
    // link with the same code is already parked, this one keeps its place but is not served: it was
    // created between the check of the domain and its loss.
    db.run(sql`
      update or ignore links set parked_domain = domain, domain = null,
        version = version + 1, published_version = version + 1, updated_at_ms = ${nowMs}
      where ${guard}`),
  ];
}

/**
 * Restores a workspace's links of a domain, if `guard` holds; the sweep writes their records to KV.
 */
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
