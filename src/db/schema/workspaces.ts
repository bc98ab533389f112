/** Workspaces, who belongs to them, and the labels they put on links. */

import { sql } from "drizzle-orm";
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";

export const workspaces = sqliteTable("workspaces", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  uuid: text("uuid").notNull().unique(),
  name: text("name").notNull(),
  plan: text("plan", { enum: ["free", "pro", "enterprise"] }).notNull(),
  /** Where the workspace's Ledger lives for good: null is anywhere. */
  jurisdiction: text("jurisdiction", { enum: ["eu"] }),
  /** The account whose own workspace it is; unique, so that healing a sign-up twice makes one. */
  personalOf: text("personal_of").unique(),
  /** How long the Ledger keeps single clicks, if shorter than the installation does. */
  clickRetentionDays: integer("click_retention_days"),
  /** For how long after a click a conversion is put down to it; null is the usual 30 days. */
  attributionDays: integer("attribution_days"),
  createdAtMs: integer("created_at_ms").notNull(),
});

export const members = sqliteTable(
  "members",
  {
    workspaceId: integer("workspace_id")
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    userId: text("user_id").notNull(),
    role: text("role", { enum: ["owner", "manager", "member"] }).notNull(),
    createdAtMs: integer("created_at_ms").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.userId] }),
    // The workspaces of one person.
    index("members_by_user").on(table.userId),
  ],
);

export const tags = sqliteTable(
  "tags",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    uuid: text("uuid").notNull().unique(),
    workspaceId: integer("workspace_id")
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    createdAtMs: integer("created_at_ms").notNull(),
  },
  // Find or make a tag by its name.
  (table) => [uniqueIndex("tags_by_name").on(table.workspaceId, table.name)],
);

export const collections = sqliteTable(
  "collections",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    uuid: text("uuid").notNull().unique(),
    workspaceId: integer("workspace_id")
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    createdAtMs: integer("created_at_ms").notNull(),
  },
  (table) => [uniqueIndex("collections_by_name").on(table.workspaceId, table.name)],
);

/**
 * Custom domains. A workspace proves a host name by a TXT record of its own; of several that claim
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

/** Single-use invitations of addresses that have no account yet. */
export const invitations = sqliteTable(
  "invitations",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    uuid: text("uuid").notNull().unique(),
    workspaceId: integer("workspace_id")
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    email: text("email").notNull(),
    role: text("role", { enum: ["manager", "member"] }).notNull(),
    /** SHA-256 of the link's secret, hex. */
    hash: text("hash").notNull(),
    expiresAtMs: integer("expires_at_ms").notNull(),
    createdAtMs: integer("created_at_ms").notNull(),
  },
  (table) => [
    uniqueIndex("invitations_by_hash").on(table.hash),
    uniqueIndex("invitations_by_email").on(table.workspaceId, table.email),
  ],
);
