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
  /** What the TXT record must say; another one after each loss. */
  readonly challenge: string;
  /** Null while it is not proved, or no longer. */
  readonly verifiedAtMs: number | null;
  /** Since when the record of a verified domain is missing. */
  readonly failingSinceMs: number | null;
}

export interface DomainNotFound {
  readonly reason: "domain_not_found";
}

export type DomainRefusal =
  | { readonly reason: "hostname_refused"; readonly problem: HostnameProblem }
  /** This very workspace has it on its list. */
  | { readonly reason: "domain_claimed"; readonly hostname: string }
  | DomainNotFound
  | { readonly reason: "domain_unproven"; readonly hostname: string }
  /** The DNS gave no answer, which says nothing about the domain. */
  | { readonly reason: "dns_unanswered" }
  | QuotaExceeded;

/** Columns of `domains` that make up a `Domain`. */
export const DOMAIN_COLUMNS = sql`id, uuid, hostname, challenge, verified_at_ms as "verifiedAtMs",
  failing_since_ms as "failingSinceMs"`;

/** A change publishes no more addresses by itself: each costs KV and D1 operations of its request. */
const PUBLISHED_MAX = 100;

/** Random for each claim and after each loss: an old record proves nothing. */
export const NEW_CHALLENGE = sql`lower(hex(randomblob(20)))`;

/** Reads the domains of one workspace. */
export function domainStore(db: Database, workspaceId: number) {
  return {
    /** By host name. */
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

/** Selects what has been left of a domain at this moment, as much as one request publishes. */
export function addressesLeft(db: Database, hostname: SQL, nowMs: number) {
  return db.all<LinkAddress>(sql`
    select domain, code from route_tombstones
    where domain = ${hostname} and created_at_ms = ${nowMs} limit ${PUBLISHED_MAX}`);
}
