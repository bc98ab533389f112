/**
 * Looks up what links refer to and others may have created: collections and custom domains, both
 * those that serve the links and those that their addresses lead to.
 */

import { sql } from "drizzle-orm";

import { batchAround } from "../db/batch.ts";
import type { Database } from "../db/database.ts";
import { selectVerifiedHosts } from "../db/own-hosts.ts";
import { mapInSlices } from "../platform/pauses.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { hostsNamedIn } from "./destination.ts";
import type { CollectionNotFound } from "./errors.ts";
import { type DomainUnavailable, parseHostname } from "./hostname.ts";
import type { CollectionRef, LinkFields } from "./link.ts";
import { DEFAULT_DOMAIN } from "./route/address.ts";

type Addresses = Pick<
  LinkFields,
  "destinationUrl" | "expiredUrl" | "limitReachedUrl" | "rules" | "abTest"
>;

/** Addresses that are parsed and checked before a pause: a millisecond or two of the thread. */
export const ADDRESSES_AT_ONCE = 100;

interface Named extends Pick<LinkFields, "collection">, Addresses {
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
  /**
   * Whether any workspace has verified the host of one of the links' addresses, which would lead
   * back to us. Called with a lower-case name without the final dot.
   */
  isVerifiedHost(hostname: string): boolean;
}

/** Looks up everything that a call refers to in one round trip or none. */
export async function lookUp(
  db: Database,
  workspaceId: number,
  wanted: readonly Named[],
): Promise<LookUps> {
  const refs = wanted.flatMap(({ collection }) => collection ?? []);
  const domains = wanted.flatMap(({ domain = DEFAULT_DOMAIN }) =>
    domain === DEFAULT_DOMAIN ? [] : [canonical(domain)],
  );
  const named = await mapInSlices(
    wanted,
    ADDRESSES_AT_ONCE,
    (one) => hostsNamedIn(addressesOf(one)),
    addressCount,
  );
  const hosts = [...new Set(named.flat())].filter((host) => parseHostname(host).ok);
  const [domainRows, collectionRows] = await read(db, workspaceId, [...domains, ...hosts], refs);
  const numbers = new Map<CollectionRef, number>();
  for (const { id, uuid } of collectionRows) numbers.set(id, id).set(uuid, id);
  const verified = new Map(domainRows.map((row) => [row.hostname, row.workspaceId]));
  return {
    collection(ref) {
      if (ref === null || ref === undefined) return ok(ref);
      const id = numbers.get(ref);
      return id === undefined ? err({ reason: "collection_not_found" }) : ok(id);
    },
    domain(hostname) {
      const name = canonical(hostname);
      return hostname === DEFAULT_DOMAIN || verified.get(name) === workspaceId
        ? ok(hostname === DEFAULT_DOMAIN ? hostname : name)
        : err({ reason: "domain_unavailable", hostname });
    },
    isVerifiedHost: (hostname) => verified.has(hostname),
  };
}

type Found = readonly [
  hosts: readonly { readonly hostname: string; readonly workspaceId: number }[],
  collections: readonly { readonly id: number; readonly uuid: string }[],
];

async function read(
  db: Database,
  workspaceId: number,
  hosts: readonly string[],
  collections: readonly CollectionRef[],
): Promise<Found> {
  const verified = selectVerifiedHosts(db, hosts);
  if (collections.length > 0) {
    return batchAround(db, [], [verified, selectCollections(db, workspaceId, collections)]);
  }
  return [hosts.length === 0 ? [] : await verified, []];
}

/** Returns by how much a link holds the thread: the number of its addresses, more or less. */
export function addressCount({ rules = [], abTest }: Addresses): number {
  return 1 + rules.length + (abTest?.variants?.length ?? 0);
}

function addressesOf({ rules = [], abTest, ...plain }: Addresses): string[] {
  const { destinationUrl, expiredUrl, limitReachedUrl } = plain;
  const targets = [
    ...rules.map((rule) => rule.targetUrl),
    ...(abTest?.variants ?? []).map(({ url }) => url),
  ];
  return [destinationUrl ?? [], expiredUrl ?? [], limitReachedUrl ?? [], targets].flat();
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
