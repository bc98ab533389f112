/** Looks up what links refer to and others may have created: collections and custom domains. */

import { sql } from "drizzle-orm";

import { batchAround } from "../db/batch.ts";
import type { Database } from "../db/database.ts";
import { err, ok, type Result } from "../platform/result.ts";
import type { CollectionNotFound } from "./errors.ts";
import { type DomainUnavailable, parseHostname } from "./hostname.ts";
import type { CollectionRef } from "./link.ts";
import { DEFAULT_DOMAIN } from "./route/address.ts";

interface Named {
  readonly collection?: CollectionRef | null | undefined;
  readonly domain?: string | undefined;
}

export interface LookUps {
  /** Returns a collection's integer id; null and undefined are returned unchanged. */
  collection(
    ref: CollectionRef | null | undefined,
  ): Result<number | null | undefined, CollectionNotFound>;
  /**
   * Returns a domain as links store it; the default hosts' domain always exists. Only a look-up
   * beforehand: if the domain is lost a moment later, it serves none of the links.
   */
  domain(hostname: string): Result<string, DomainUnavailable>;
}

/** Looks up everything that a call refers to, within one workspace, in one round trip or none. */
export async function lookUp(
  db: Database,
  workspaceId: number,
  wanted: readonly Named[],
): Promise<LookUps> {
  const refs = wanted.flatMap(({ collection }) => collection ?? []);
  const domains = wanted.flatMap(({ domain = DEFAULT_DOMAIN }) =>
    domain === DEFAULT_DOMAIN ? [] : [canonical(domain)],
  );
  const [collectionRows, domainRows] =
    refs.length + domains.length === 0
      ? [[], []]
      : await batchAround(
          db,
          [],
          [selectCollections(db, workspaceId, refs), selectDomains(db, workspaceId, domains)],
        );
  const numbers = new Map<CollectionRef, number>();
  for (const { id, uuid } of collectionRows) numbers.set(id, id).set(uuid, id);
  const proved = new Set(domainRows.map(({ hostname }) => hostname));
  return {
    collection(ref) {
      if (ref === null || ref === undefined) return ok(ref);
      const id = numbers.get(ref);
      return id === undefined ? err({ reason: "collection_not_found" }) : ok(id);
    },
    domain(hostname) {
      const name = canonical(hostname);
      return hostname === DEFAULT_DOMAIN || proved.has(name)
        ? ok(hostname === DEFAULT_DOMAIN ? hostname : name)
        : err({ reason: "domain_unavailable", hostname });
    },
  };
}

function canonical(hostname: string): string {
  const name = parseHostname(hostname);
  return name.ok ? name.value : "";
}

function selectCollections(db: Database, workspaceId: number, refs: readonly CollectionRef[]) {
  const json = JSON.stringify(refs);
  return db.all<{ id: number; uuid: string }>(sql`
    select id, uuid from collections where workspace_id = ${workspaceId}
      and (id in (select value from json_each(${json}) where type = 'integer')
        or uuid in (select value from json_each(${json}) where type = 'text'))`);
}

function selectDomains(db: Database, workspaceId: number, hostnames: readonly string[]) {
  return db.all<{ hostname: string }>(sql`
    select hostname from domains
    where workspace_id = ${workspaceId} and verified_at_ms is not null
      and hostname in (select value from json_each(${JSON.stringify(hostnames)}))`);
}
