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
