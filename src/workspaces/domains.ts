/** The custom domains that one workspace claims. */

import { type SQL, sql } from "drizzle-orm";

import type { QuotaExceeded } from "../access/quotas.ts";
import type { Statement } from "../db/batch.ts";
import type { Database } from "../db/database.ts";
import type { DestinationProblem } from "../links/destination.ts";
import type { HostnameProblem } from "../links/hostname.ts";
import { hostAddress, type LinkAddress } from "../links/route/address.ts";
import type { Robots } from "../links/route/host-record.ts";
import { err, ok, type Result } from "../platform/result.ts";

export interface Domain {
  readonly id: number;
  readonly uuid: string;
  /** Canonical. */
  readonly hostname: string;
  /** The required text of the TXT record; replaced after each loss of the domain. */
  readonly challenge: string;
  /** Null before the domain is verified and after it is lost. */
  readonly verifiedAtMs: number | null;
  /** When the record of a verified domain was first found missing. */
  readonly failingSinceMs: number | null;
  /** Where `/` leads, as it was sent; null for a 404. */
  readonly rootUrl: string | null;
  /** Where an address without a link leads, as it was sent; null for a 404. */
  readonly notFoundUrl: string | null;
  /** What `robots.txt` says; null for none. */
  readonly robots: Robots | null;
}

/** The files that associate apps with a host, as JSON texts; null for none. */
export interface AppFiles {
  readonly appleAppSiteAssociation: string | null;
  readonly assetLinks: string | null;
}

/** A domain with all that it serves beside its links. */
export type WholeDomain = Domain & AppFiles;

export interface DomainNotFound {
  readonly reason: "domain_not_found";
}

export interface DomainUrlRefused {
  readonly reason: "domain_url_refused";
  readonly field: "rootUrl" | "notFoundUrl";
  readonly problem: DestinationProblem;
}

export type DomainRefusal =
  | { readonly reason: "hostname_refused"; readonly problem: HostnameProblem }
  /** This workspace has already claimed it. */
  | { readonly reason: "domain_claimed"; readonly hostname: string }
  | DomainNotFound
  | { readonly reason: "domain_unproven"; readonly hostname: string }
  | DomainUrlRefused
  /** The DNS did not answer, which says nothing about the domain. */
  | { readonly reason: "dns_unanswered" }
  | QuotaExceeded;

/** Columns of `domains` that make up a `Domain`. */
export const DOMAIN_COLUMNS = sql`id, uuid, hostname, challenge, verified_at_ms as "verifiedAtMs",
  failing_since_ms as "failingSinceMs", root_url as "rootUrl", not_found_url as "notFoundUrl", robots`;

/** Columns of `domains` that make up a `WholeDomain`. */
export const WHOLE_COLUMNS = sql`${DOMAIN_COLUMNS},
  apple_app_site_association as "appleAppSiteAssociation", asset_links as "assetLinks"`;

/**
 * The most addresses that one change publishes by itself: each costs KV and D1 operations of its
 * request.
 */
const PUBLISHED_MAX = 100;

/** Random for each claim and after each loss, so that an old record proves nothing. */
export const NEW_CHALLENGE = sql`lower(hex(randomblob(20)))`;

/** Reads the domains of one workspace. */
export function domainStore(db: Database, workspaceId: number) {
  return {
    /** Sorted by host name. */
    async list(): Promise<Domain[]> {
      return db.all<Domain>(
        sql`select ${DOMAIN_COLUMNS} from domains where workspace_id = ${workspaceId} order by hostname`,
      );
    },

    async find(uuid: string): Promise<Result<WholeDomain, DomainNotFound>> {
      const [domain] = await db.all<WholeDomain>(
        sql`select ${WHOLE_COLUMNS} from domains where workspace_id = ${workspaceId} and uuid = ${uuid}`,
      );
      return domain === undefined ? err({ reason: "domain_not_found" }) : ok(domain);
    },

    async findByIds(ids: readonly number[]): Promise<WholeDomain[]> {
      return db.all<WholeDomain>(sql`
        select ${WHOLE_COLUMNS} from domains where workspace_id = ${workspaceId}
          and id in (select value from json_each(${JSON.stringify(ids)}))`);
    },
  };
}

/**
 * Notes that KV is to be brought in step with D1 for the domains that match `guard` (a condition on
 * `domains`): what they serve beside links changes in the same batch.
 */
export function leaveHosts(db: Database, guard: SQL, nowMs: number): Statement {
  return db.run(sql`
    insert into route_tombstones (domain, code, created_at_ms)
    select hostname, ${hostAddress("").code}, ${nowMs} from domains where ${guard}
    on conflict (domain, code) do update
    set created_at_ms = excluded.created_at_ms, swept_at_ms = null`);
}

/**
 * Selects the addresses of a domain that were left at this moment, at most as many as one request
 * publishes.
 */
export function addressesLeft(db: Database, hostname: SQL, nowMs: number) {
  return db.all<LinkAddress>(sql`
    select domain, code from route_tombstones
    where domain = ${hostname} and created_at_ms = ${nowMs} limit ${PUBLISHED_MAX}`);
}
