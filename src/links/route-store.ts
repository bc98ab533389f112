/**
 * Reads route records from D1: one prepared statement, raw SQL, because drizzle would be the
 * largest thing on the redirect path. A test compares its columns with the drizzle schema.
 */

import { ledgerIdOf } from "../ledger/ledger-id.ts";
import type { LinkAddress } from "./address.ts";
import {
  ROUTE_SCHEMA,
  type GoneReason,
  type RedirectStatus,
  type RouteRecord,
} from "./route-record.ts";
import { routeRules } from "./rules/route-rules.ts";
import type { Rule } from "./rules/rule.ts";
import type { RouteVariant } from "./variants/variant.ts";

export const ROUTE_SQL = `SELECT links.id, links.version, links.published_version, links.workspace_id,
  workspaces.jurisdiction, links.destination_url, links.redirect_status, links.is_active,
  links.archived_at_ms, links.suspended_at_ms, links.starts_at_ms, links.ends_at_ms,
  links.expires_at_ms, links.expired_url, links.forward_query, links.clicks_limit,
  links.clicks_limit_since, links.rules, links.ab_enabled, links.ab_sticky,
  iif(links.ab_enabled, (
    SELECT json_group_array(json_object('id', public_id, 'to', url, 'weight', weight) ORDER BY id)
    FROM variants WHERE variants.link_id = links.id AND variants.is_active
  ), NULL) AS variants
FROM links JOIN workspaces ON workspaces.id = links.workspace_id
WHERE links.domain = ?1 AND links.code = ?2 AND (links.domain = '' OR EXISTS (
  SELECT 1 FROM domains WHERE domains.hostname = links.domain
    AND domains.workspace_id = links.workspace_id AND domains.verified_at_ms IS NOT NULL
))`;

interface RouteRow {
  readonly id: number;
  readonly version: number;
  readonly published_version: number;
  readonly workspace_id: number;
  readonly jurisdiction: "eu" | null;
  readonly destination_url: string;
  readonly redirect_status: RedirectStatus;
  readonly is_active: 0 | 1;
  readonly archived_at_ms: number | null;
  readonly suspended_at_ms: number | null;
  readonly starts_at_ms: number | null;
  readonly ends_at_ms: number | null;
  readonly expires_at_ms: number | null;
  readonly expired_url: string | null;
  readonly forward_query: 0 | 1;
  readonly clicks_limit: number | null;
  readonly clicks_limit_since: number | null;
  /** JSON of `Rule[]`. */
  readonly rules: string | null;
  readonly ab_enabled: 0 | 1;
  readonly ab_sticky: 0 | 1;
  /** JSON of `RouteVariant[]`, their URLs as sent; null while the test is off. */
  readonly variants: string | null;
}

export interface StoredRoute {
  readonly record: RouteRecord;
  /** The version that KV was last seen to hold. */
  readonly publishedVersion: number;
}

/**
 * Reads the record of the link at an address as D1 has it now; null when there is none, and for a
 * custom domain that the link's workspace has not proved, or has lost.
 */
export async function readRoute(db: D1Database, address: LinkAddress): Promise<StoredRoute | null> {
  const row = await db.prepare(ROUTE_SQL).bind(address.domain, address.code).first<RouteRow>();
  if (row === null) return null;
  return { record: recordOf(row), publishedVersion: row.published_version };
}

function recordOf(row: RouteRow): RouteRecord {
  const gone = goneReasonOf(row);
  const endsAtMs = earliest(row.ends_at_ms, row.expires_at_ms);
  return {
    schema: ROUTE_SCHEMA,
    linkId: row.id,
    version: row.version,
    ledger: ledgerIdOf({ id: row.workspace_id, jurisdiction: row.jurisdiction }),
    destination: new URL(row.destination_url).href,
    ...(row.redirect_status !== 302 && { status: row.redirect_status }),
    ...(gone !== null && { gone }),
    ...(row.starts_at_ms !== null && { startsAtMs: row.starts_at_ms }),
    ...(endsAtMs !== null && { endsAtMs }),
    ...(row.expired_url !== null && { expiredUrl: new URL(row.expired_url).href }),
    ...(row.forward_query === 1 && { forwardQuery: true as const }),
    ...limitOf(row),
    ...choicesOf(row),
  };
}

function limitOf({
  clicks_limit: max,
  clicks_limit_since: since,
}: RouteRow): Pick<RouteRecord, "limit"> {
  return max === null ? {} : { limit: { max, since: since ?? 1 } };
}

function choicesOf(row: RouteRow): Pick<RouteRecord, "variants" | "sticky" | "rules"> {
  const variants = (JSON.parse(row.variants ?? "[]") as RouteVariant[]).map(normalised);
  if (variants.length > 0) {
    return { variants, ...(row.ab_sticky === 1 && { sticky: true as const }) };
  }
  const rules = routeRules(JSON.parse(row.rules ?? "[]") as Rule[]);
  return rules.length > 0 ? { rules } : {};
}

function normalised({ id, to, weight }: RouteVariant): RouteVariant {
  return { id, to: new URL(to).href, weight };
}

function goneReasonOf(row: RouteRow): GoneReason | null {
  if (row.suspended_at_ms !== null) return "suspended";
  if (row.archived_at_ms !== null) return "archived";
  return row.is_active === 1 ? null : "inactive";
}

function earliest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}
