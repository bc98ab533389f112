/** The custom domains that one workspace claims. */

import { type SQL, sql } from "drizzle-orm";

import type { QuotaExceeded } from "../access/quotas.ts";
import type { Database } from "../db/database.ts";
import type { HostnameProblem } from "../links/hostname.ts";
import type { LinkAddress } from "../links/route/address.ts";
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
}

export interface DomainNotFound {
  readonly reason: "domain_not_found";
}

export type DomainRefusal =
  | { readonly reason: "hostname_refused"; readonly problem: HostnameProblem }
  /** This workspace has already claimed it. */
  | { readonly reason: "domain_claimed"; readonly hostname: string }
  | DomainNotFound
  | { readonly reason: "domain_unproven"; readonly hostname: string }
  /** The DNS did not answer, which says nothing about the domain. */
  | { readonly reason: "dns_unanswered" }
  | QuotaExceeded;

/** Columns of `domains` that make up a `Domain`. */
export const DOMAIN_COLUMNS = sql`id, uuid, hostname, challenge, verified_at_ms as "verifiedAtMs",
  failing_since_ms as "failingSinceMs"`;

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

    async find(uuid: string): Promise<Result<Domain, DomainNotFound>> {
      const [domain] = await db.all<Domain>(
        sql`select ${DOMAIN_COLUMNS} from domains where workspace_id = ${workspaceId} and uuid = ${uuid}`,
      );
      return domain === undefined ? err({ reason: "domain_not_found" }) : ok(domain);
    },

    async findByIds(ids: readonly number[]): Promise<Domain[]> {
      return db.all<Domain>(sql`
        select ${DOMAIN_COLUMNS} from domains where workspace_id = ${workspaceId}
          and id in (select value from json_each(${JSON.stringify(ids)}))`);
    },
  };
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
