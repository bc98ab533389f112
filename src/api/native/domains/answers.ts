/** Domains as the API shows them. */

import * as z from "zod";

import { ROBOTS } from "../../../links/route/host-record.ts";
import { time } from "../answers.ts";

/** A record to set at the domain's DNS. */
const record = z.strictObject({ type: z.string(), name: z.string(), value: z.string() });

/** A host name of your own, on which links can be. */
export const domain = z.strictObject({
  id: z.string(),
  hostname: z.string(),
  /**
   * `pending` until the TXT record proves that the domain is yours, then `verified`; where this
   * installation makes certificates by itself, `pending_tls` and then `active`.
   */
  status: z.enum(["pending", "verified", "pending_tls", "active"]),
  /** The TXT record that proves that the domain is yours. */
  verification: record,
  /** Since when the TXT record is missing; null if it is there. */
  failingSince: time.nullable(),
  /** Where `/` leads; null for a page that says what the domain is for. */
  rootUrl: z.string().nullable(),
  /** Where a code leads that no link has; null for a page that says so. */
  notFoundUrl: z.string().nullable(),
  /** What `robots.txt` tells crawlers; null has none, which crawlers read as allowed. */
  robots: z.enum(ROBOTS).nullable(),
  /** Where this installation makes certificates: all records to set. */
  records: z.array(record).optional(),
  /** Where this installation makes certificates: what keeps the domain from working, or null. */
  problem: z.string().nullable().optional(),
});

/** A domain with its files, which let apps open its links. */
export const wholeDomain = domain.extend({
  /** What `/.well-known/apple-app-site-association` holds; null for none. */
  appleAppSiteAssociation: z.unknown(),
  /** What `/.well-known/assetlinks.json` holds; null for none. */
  assetLinks: z.unknown(),
});
