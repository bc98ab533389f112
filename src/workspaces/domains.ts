/** The custom domains that one workspace claims. */

import { type SQL, sql } from "drizzle-orm";

import { PLANS } from "../access/plans.ts";
import { exceeded, type QuotaExceeded } from "../access/quotas.ts";
import type { Plan } from "../config.ts";
import { batchAround, type Alongside } from "../db/batch.ts";
import type { Database } from "../db/database.ts";
import type { HostnameProblem } from "../links/hostname.ts";
import { parkLinks } from "../links/parked.ts";
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
  readonly code: "domain_not_found";
}

export type DomainRefusal =
  | { readonly code: "hostname_refused"; readonly problem: HostnameProblem }
  /** This very workspace has it on its list. */
  | { readonly code: "domain_claimed"; readonly hostname: string }
  | DomainNotFound
  | { readonly code: "domain_unproven"; readonly hostname: string }
  /** The DNS gave no answer, which says nothing about the domain. */
  | { readonly code: "dns_unanswered" }
  | QuotaExceeded;

export interface ReleasedDomain {
  readonly domain: Domain;
  /** What the caller has to announce; the sweep sees to those beyond the first hundred. */
  readonly addresses: readonly LinkAddress[];
}

/** Columns of `domains` that make up a `Domain`. */
export const DOMAIN_COLUMNS = sql`id, uuid, hostname, challenge, verified_at_ms as "verifiedAtMs",
  failing_since_ms as "failingSinceMs"`;

/** A change announces no more addresses by itself: each costs KV and D1 operations of its request. */
const ANNOUNCED_MAX = 100;

/** Random for each claim and after each loss: an old record proves nothing. */
export const NEW_CHALLENGE = sql`lower(hex(randomblob(20)))`;

/** Gives the domains of one workspace. */
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
      return domain === undefined ? err({ code: "domain_not_found" }) : ok(domain);
    },

    async findByIds(ids: readonly number[]): Promise<Domain[]> {
      return db.all<Domain>(sql`
        select ${DOMAIN_COLUMNS} from domains where workspace_id = ${workspaceId}
          and id in (select value from json_each(${JSON.stringify(ids)}))`);
    },

    /** Claims a canonical host name: anybody may, and proves nothing by it. */
    async claim(
      hostname: string,
      { plan, nowMs }: { readonly plan: Plan; readonly nowMs: number },
      alongside?: Alongside,
    ): Promise<Result<Domain, DomainRefusal>> {
      const uuid = crypto.randomUUID();
      const limit = PLANS[plan].domainsMax;
      const mine = sql`(select count(*) from domains where workspace_id = ${workspaceId})`;
      const insert = db.all<Domain>(sql`
        insert into domains (uuid, workspace_id, hostname, challenge, created_at_ms)
        select ${uuid}, ${workspaceId}, ${hostname}, ${NEW_CHALLENGE}, ${nowMs}
        where ${limit} is null or ${mine} < ${limit}
        on conflict (workspace_id, hostname) do nothing returning ${DOMAIN_COLUMNS}`);
      const known = db.all<{ claimed: 0 | 1; used: number }>(sql`
        select exists (
          select 1 from domains where workspace_id = ${workspaceId} and hostname = ${hostname}
        ) as claimed, ${mine} as used`);
      const [[domain], [now]] = await batchAround(db, [], [insert, known], alongside?.([uuid]));
      if (domain !== undefined) return ok(domain);
      return limit === null || now?.claimed === 1
        ? err({ code: "domain_claimed", hostname })
        : err(exceeded("domains", plan, limit, now?.used ?? limit));
    },

    /** Gives a domain up, proved or not, and parks its links. */
    async release(uuid: string, nowMs: number): Promise<Result<ReleasedDomain, DomainNotFound>> {
      const released = sql`workspace_id = ${workspaceId} and uuid = ${uuid}`;
      const leaving = sql`workspace_id = ${workspaceId}
        and domain = (select hostname from domains where ${released})`;
      const [addresses, [domain]] = await batchAround(db, parkLinks(db, leaving, nowMs), [
        addressesLeft(db, sql`(select hostname from domains where ${released})`, nowMs),
        db.all<Domain>(sql`delete from domains where ${released} returning ${DOMAIN_COLUMNS}`),
      ]);
      return domain === undefined ? err({ code: "domain_not_found" }) : ok({ domain, addresses });
    },
  };
}

/** Selects what has been left of a domain at this moment, as much as one request announces. */
export function addressesLeft(db: Database, hostname: SQL, nowMs: number) {
  return db.all<LinkAddress>(sql`
    select domain, code from route_tombstones
    where domain = ${hostname} and created_at_ms = ${nowMs} limit ${ANNOUNCED_MAX}`);
}
