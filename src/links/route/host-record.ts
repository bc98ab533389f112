/**
 * The host record: everything that a custom domain serves beside its links, derived from D1 and
 * stored in KV next to the route records, as JSON. Absent fields mean that there is no such thing.
 */

import { createRouteCache, ROUTE_CACHE_LIMITS } from "./cache.ts";
import type { ROUTE_SCHEMA } from "./record.ts";

/** What `robots.txt` says to all crawlers. */
export const ROBOTS = ["allow", "disallow"] as const;

export type Robots = (typeof ROBOTS)[number];

export interface HostRecord {
  readonly schema: typeof ROUTE_SCHEMA;
  /** The claim by which a workspace serves the host. */
  readonly domainId: number;
  /** The version of the claim in D1 from which this record was derived. */
  readonly version: number;
  /** Where `/` leads. Normalised, as all URLs here. */
  readonly rootUrl?: string;
  /** Where an address without a link leads. */
  readonly notFoundUrl?: string;
  /** Without it there is no `robots.txt`. */
  readonly robots?: Robots;
  /** JSON texts of the two files by which apps are associated with the host. */
  readonly appleAppSiteAssociation?: string;
  readonly assetLinks?: string;
}

/** The isolate's copies. A host that nobody serves is not asked for again for as long as others. */
export const hostCache = createRouteCache<HostRecord>({
  ...ROUTE_CACHE_LIMITS,
  bytesMax: 4_000_000,
  missAgeMsMax: ROUTE_CACHE_LIMITS.ageMsMax,
});
