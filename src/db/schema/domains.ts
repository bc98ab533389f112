/** The custom domains that workspaces claim. */

import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

import { workspaces } from "./workspaces.ts";

/**
 * A workspace verifies a host name by a TXT record with its own challenge. If several workspaces
 * claim a name, only the last one that verified it serves links there.
 */
export const domains = sqliteTable(
  "domains",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    uuid: text("uuid").notNull().unique(),
    workspaceId: integer("workspace_id")
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    /** The person who claimed it, whose unverified claims are counted. */
    claimedBy: text("claimed_by").notNull(),
    /** Canonical: lower case, ASCII, without the root's dot. */
    hostname: text("hostname").notNull(),
    /** The value of the TXT record. Random for each claim, so a released name is verified anew. */
    challenge: text("challenge").notNull(),
    verifiedAtMs: integer("verified_at_ms"),
    /** When the record of a verified domain was last checked, or counts as checked. */
    checkedAtMs: integer("checked_at_ms"),
    /** Consecutive checks that found no record; checks without an answer do not count. */
    failedChecks: integer("failed_checks").notNull().default(0),
    /** The time of the first of them. */
    failingSinceMs: integer("failing_since_ms"),
    /** Where `/` and addresses without a link lead, as sent; null for a 404. */
    rootUrl: text("root_url"),
    notFoundUrl: text("not_found_url"),
    /** What `robots.txt` says; null for none. */
    robots: text("robots", { enum: ["allow", "disallow"] }),
    /** The files in `/.well-known/` that associate apps with the host, as JSON; null for none. */
    appleAppSiteAssociation: text("apple_app_site_association"),
    assetLinks: text("asset_links"),
    /** Increases with each change of these five, and tells records in KV apart. */
    version: integer("version").notNull().default(1),
    createdAtMs: integer("created_at_ms").notNull(),
  },
  (table) => [
    uniqueIndex("domains_by_workspace").on(table.workspaceId, table.hostname),
    // Counts the unverified claims of a person.
    index("domains_claimed")
      .on(table.claimedBy)
      .where(sql`${table.verifiedAtMs} IS NULL`),
    // Finds the domains whose record is due for a check.
    index("domains_to_check")
      .on(table.checkedAtMs)
      .where(sql`${table.verifiedAtMs} IS NOT NULL`),
    // Finds the workspace that serves a host name.
    uniqueIndex("domains_verified")
      .on(table.hostname)
      .where(sql`${table.verifiedAtMs} IS NOT NULL`),
  ],
);

/**
 * Host names that Cloudflare for SaaS is to serve, or has to give up: a name is wanted while a
 * workspace has verified it. Upkeep makes Cloudflare agree; a row goes once nothing is left there.
 */
export const customHostnames = sqliteTable(
  "custom_hostnames",
  {
    hostname: text("hostname").primaryKey(),
    /** Cloudflare's id of it; null until it is known. */
    remoteId: text("remote_id"),
    /** Whether this installation made it. One that was there before is never deleted. */
    isOurs: integer("is_ours", { mode: "boolean" }).notNull().default(false),
    /** Whether the name and its certificate were active when last looked at. */
    isActive: integer("is_active", { mode: "boolean" }).notNull().default(false),
    /** Further DNS records that Cloudflare asks the owner for. */
    records: text("records", { mode: "json" }).$type<CertificateRecord[]>().notNull().default([]),
    /** Why it is not active, for its owner; null if there is no reason but time. */
    problem: text("problem"),
    /** Calls of Cloudflare's API that failed one after the other; counted before each. */
    failures: integer("failures").notNull().default(0),
    /** When somebody last asked for it. */
    askedAtMs: integer("asked_at_ms").notNull(),
    dueAtMs: integer("due_at_ms").notNull(),
  },
  // The sweep.
  (table) => [index("custom_hostnames_due").on(table.dueAtMs)],
);

export interface CertificateRecord {
  readonly type: "TXT";
  readonly name: string;
  readonly value: string;
}
