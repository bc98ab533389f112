/** Workspaces, their members, and their invitations. */

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
  /** Where the workspace's Ledger is stored, fixed at creation; null for anywhere. */
  jurisdiction: text("jurisdiction", { enum: ["eu"] }),
  /** The account whose personal workspace it is. Unique, so repairing a sign-up adds only one. */
  personalOf: text("personal_of").unique(),
  /** The retention of the click log, if shorter than the installation's. */
  clickRetentionDays: integer("click_retention_days"),
  /** The attribution window in days; null for the default of 30. */
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
    // Finds the workspaces of a person.
    index("members_by_user").on(table.userId),
  ],
);

/** Single-use invitations to addresses, with or without an account. */
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
    // Replaces an earlier invitation to an address, and counts a workspace's.
    uniqueIndex("invitations_by_workspace").on(table.workspaceId, table.email),
    // Lists the invitations to a person.
    index("invitations_by_email").on(table.email),
    index("invitations_by_age").on(table.expiresAtMs),
  ],
);

/** Networks whose clicks a workspace does not count; the addresses themselves are not kept. */
export const excludedNetworks = sqliteTable(
  "excluded_networks",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    uuid: text("uuid").notNull().unique(),
    workspaceId: integer("workspace_id")
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    /** The keyed hash of `networkOf`, under the workspace's key. */
    hash: text("hash").notNull(),
    /** The length of its prefix: 32 for one IPv4 address. */
    bits: integer("bits").notNull(),
    /** What the workspace calls it, since it cannot be read again; null for nothing. */
    note: text("note"),
    createdAtMs: integer("created_at_ms").notNull(),
  },
  // Lists and counts those of a workspace, for route records too.
  (table) => [
    uniqueIndex("excluded_networks_by_workspace").on(table.workspaceId, table.bits, table.hash),
  ],
);
