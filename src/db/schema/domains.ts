/** The custom domains that workspaces claim. */

import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

import { workspaces } from "./workspaces.ts";

/**
 * A workspace proves a host name by a TXT record of its own; of several that claim
 * one, only the last that proved it serves links there.
 */
export const domains = sqliteTable(
  "domains",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    uuid: text("uuid").notNull().unique(),
    workspaceId: integer("workspace_id")
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    /** Canonical: lower case, ASCII, without the root's dot. */
    hostname: text("hostname").notNull(),
    /** What the TXT record must say; random for each claim, so a released name is proven anew. */
    challenge: text("challenge").notNull(),
    verifiedAtMs: integer("verified_at_ms"),
    /** When Upkeep last asked for the record of a verified domain, or may be taken to have. */
    checkedAtMs: integer("checked_at_ms"),
    /** Checks in a row that found no record; one that nobody answered is no such check. */
    failedChecks: integer("failed_checks").notNull().default(0),
    /** The first of them. */
    failingSinceMs: integer("failing_since_ms"),
    createdAtMs: integer("created_at_ms").notNull(),
  },
  (table) => [
    uniqueIndex("domains_by_workspace").on(table.workspaceId, table.hostname),
    // Whose record is to be asked for again.
    index("domains_to_check")
      .on(table.checkedAtMs)
      .where(sql`${table.verifiedAtMs} IS NOT NULL`),
    // Who serves a host name.
    uniqueIndex("domains_verified")
      .on(table.hostname)
      .where(sql`${table.verifiedAtMs} IS NOT NULL`),
  ],
);
