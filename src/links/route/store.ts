/**
 * Reads route records from D1: one prepared statement in raw SQL, because drizzle would be the
 * largest part of the redirect bundle. A test compares its columns with the drizzle schema.
 *
 * An address is unique, but its domain may be null: without LIMIT, SQLite also reads the next row.
 */

import { ledgerIdOf } from "../../ledger/ledger-id.ts";
import { routeRules } from "../rules/route-rules.ts";
import type { Rule } from "../rules/rule.ts";
import type { SocialCard } from "../social.ts";
import type { RouteVariant } from "../variants/variant.ts";
import type { LinkAddress } from "./address.ts";
import { DIGITS } from "./excluded.ts";
import { type Parameter, toParameters, withParameters } from "./merge-query.ts";
import {
  hrefOf,
  present,
  ROUTE_SCHEMA,
  type GoneReason,
  type RedirectStatus,
  type RouteRecord,
  type Stored,
} from "./record.ts";

export const ROUTE_SQL = `SELECT l.id, l.version, l.published_version, w.uuid AS workspace_uuid,
w.jurisdiction, l.destination_url, l.redirect_status, l.is_active,
l.archived_at_ms, l.suspended_at_ms, l.starts_at_ms, l.ends_at_ms,
l.expires_at_ms, l.expired_url, l.forward_query, l.forward_path, l.social,
l.crawlable, l.utm_params,
iif(l.password_hash IS NULL, NULL, l.password_version) AS password, l.clicks_limit,
iif(l.password_hash IS NULL AND l.clicks_limit IS NULL, NULL, l.uuid) AS uuid,
l.clicks_limit_since, l.limit_reached_url, l.rules, l.ab_enabled, l.ab_sticky,
iif(l.ab_enabled, (
SELECT json_group_array(json_object('id', public_id, 'to', url, 'weight', weight) ORDER BY id)
FROM variants WHERE link_id = l.id AND is_active
), NULL) AS variants,
(SELECT click_id_param FROM conversion_goals WHERE workspace_id = l.workspace_id AND is_active
AND click_id_param IS NOT NULL ORDER BY id LIMIT 1) AS click_id_param,
(SELECT json_group_array(bits || ':' || substr(hash, 1, ${DIGITS}) ORDER BY id)
FROM excluded_networks WHERE workspace_id = l.workspace_id) AS excluded
FROM links l JOIN workspaces w ON w.id = l.workspace_id
WHERE l.domain = ?1 AND l.code = ?2 AND (l.domain = '' OR EXISTS (
SELECT 1 FROM domains WHERE hostname = l.domain
AND domains.workspace_id = l.workspace_id AND verified_at_ms IS NOT NULL
)) LIMIT 1`;

interface RouteRow extends Record<string, unknown> {
  readonly id: number;
  readonly version: number;
  readonly published_version: number;
  readonly workspace_uuid: string;
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
  readonly forward_path: 0 | 1;
  /** JSON of a `SocialCard`. */
  readonly social: string | null;
  readonly crawlable: 0 | 1;
  /** JSON of an object of strings. */
  readonly utm_params: string | null;
  readonly password: number | null;
  /** Null for a link without a limit or a password. */
  readonly uuid: string | null;
  readonly clicks_limit: number | null;
  readonly clicks_limit_since: number | null;
  readonly limit_reached_url: string | null;
  /** JSON of `Rule[]`. */
  readonly rules: string | null;
  readonly ab_enabled: 0 | 1;
  readonly ab_sticky: 0 | 1;
  /** JSON of `RouteVariant[]`, with URLs as sent; null while the test is off. */
  readonly variants: string | null;
  /** From the oldest active goal that has one. */
  readonly click_id_param: string | null;
  /** JSON of texts; empty for almost all workspaces. */
  readonly excluded: string;
}

export interface StoredRoute extends Stored<RouteRecord> {
  /** The version that KV was last known to hold. */
  readonly publishedVersion: number;
}

/**
 * Reads the record of the link at an address as D1 has it now; null if there is none, or if the
 * link's workspace has not verified its custom domain, or has lost it.
 */
export async function readRoute(db: D1Database, address: LinkAddress): Promise<StoredRoute | null> {
  const row = await db.prepare(ROUTE_SQL).bind(address.domain, address.code).first<RouteRow>();
  if (row === null) return null;
  return { record: recordOf(row), publishedVersion: row.published_version };
}

/**
 * Reads the record from the replica of D1 that is nearest, and from the primary if that replica has
 * none or fails: a link works from the moment it is created, but a change or a deletion may take as
 * long as the replica is behind. Without replication, the primary answers at once.
 */
export async function readRouteNearby(
  db: D1Database,
  address: LinkAddress,
): Promise<StoredRoute | null> {
  const nearby = await askReplica(db, address);
  return nearby === undefined ? readRoute(db, address) : nearby;
}

/** Returns undefined if the answer is the primary's to give. */
async function askReplica(
  db: D1Database,
  { domain, code }: LinkAddress,
): Promise<StoredRoute | null | undefined> {
  try {
    const session = db.withSession("first-unconstrained");
    const { results, meta } = await session.prepare(ROUTE_SQL).bind(domain, code).all<RouteRow>();
    const [row] = results;
    const isReplica = meta.served_by_primary === false;
    if (row === undefined) return isReplica ? undefined : null;
    const route = { record: recordOf(row), publishedVersion: row.published_version };
    return isReplica ? { ...route, isNearby: true } : route;
  } catch {
    return undefined;
  }
}

function recordOf(row: RouteRow): RouteRecord {
  const pairs = Object.entries(JSON.parse(row.utm_params ?? "{}") as Record<string, string>);
  const utm = toParameters(pairs);
  return {
    schema: ROUTE_SCHEMA,
    linkId: row.id,
    version: row.version,
    ledger: ledgerIdOf({ uuid: row.workspace_uuid, jurisdiction: row.jurisdiction }),
    destination: withParameters(new URL(row.destination_url).href, utm),
    ...present({
      uuid: row.uuid,
      status: row.redirect_status === 302 ? null : row.redirect_status,
      gone: goneReasonOf(row),
      startsAtMs: row.starts_at_ms,
      endsAtMs: earliest(row.ends_at_ms, row.expires_at_ms),
      expiredUrl: hrefOf(row.expired_url),
      forwardQuery: row.forward_query === 1 ? true : null,
      forwardPath: row.forward_path === 1 ? true : null,
      social: JSON.parse(row.social ?? "null") as SocialCard | null,
      crawlable: row.crawlable === 1 ? true : null,
      clickIdParam: row.click_id_param,
      excluded: row.excluded === "[]" ? null : (JSON.parse(row.excluded) as string[]),
      password: row.password,
      limit:
        row.clicks_limit === null
          ? null
          : { max: row.clicks_limit, since: row.clicks_limit_since ?? 1 },
      limitReachedUrl: row.clicks_limit === null ? null : hrefOf(row.limit_reached_url),
    }),
    ...routingOf(row, utm),
  };
}

/** Adds the UTM parameters to every destination here, so that the redirect adds none. */
function routingOf(
  row: RouteRow,
  utm: readonly Parameter[],
): Pick<RouteRecord, "variants" | "sticky" | "rules"> {
  const variants = JSON.parse(row.variants ?? "[]") as RouteVariant[];
  if (variants.length > 0) {
    const tagged = variants.map((it) => ({ ...it, to: withParameters(new URL(it.to).href, utm) }));
    return { variants: tagged, ...(row.ab_sticky === 1 && { sticky: true as const }) };
  }
  const rules = routeRules(JSON.parse(row.rules ?? "[]") as Rule[]);
  return rules.length > 0
    ? { rules: rules.map((rule) => ({ ...rule, to: withParameters(rule.to, utm) })) }
    : {};
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
