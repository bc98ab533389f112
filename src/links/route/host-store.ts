/** Reads host records from D1, in raw SQL as `store.ts` does. */

import type { LinkAddress } from "./address.ts";
import type { HostRecord, Robots } from "./host-record.ts";
import { hrefOf, present, ROUTE_SCHEMA, type Stored } from "./record.ts";

const HOST_SQL = `SELECT id, version, root_url, not_found_url, robots,
apple_app_site_association, asset_links FROM domains
WHERE hostname = ?1 AND verified_at_ms IS NOT NULL LIMIT 1`;

interface HostRow extends Record<string, unknown> {
  readonly id: number;
  readonly version: number;
  readonly root_url: string | null;
  readonly not_found_url: string | null;
  readonly robots: Robots | null;
  readonly apple_app_site_association: string | null;
  readonly asset_links: string | null;
}

/** Reads what D1 has for a custom domain now; null if no workspace has verified it, or has lost it. */
export async function readHost(
  db: D1Database,
  { domain }: LinkAddress,
): Promise<Stored<HostRecord> | null> {
  const row = await db.prepare(HOST_SQL).bind(domain).first<HostRow>();
  if (row === null) return null;
  const record: HostRecord = {
    schema: ROUTE_SCHEMA,
    domainId: row.id,
    version: row.version,
    ...present({
      rootUrl: hrefOf(row.root_url),
      notFoundUrl: hrefOf(row.not_found_url),
      robots: row.robots,
      appleAppSiteAssociation: row.apple_app_site_association,
      assetLinks: row.asset_links,
    }),
  };
  return { record };
}
