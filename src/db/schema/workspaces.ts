/** Workspaces, who belongs to them, and the labels they put on links. */
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

export const workspaces = sqliteTable("workspaces", {
  id: integer("id").primaryKey({ autoIncrement: true }),
  uuid: text("uuid").notNull().unique(),
  name: text("name").notNull(),
  plan: text("plan", { enum: ["free", "pro", "enterprise"] }).notNull(),
  /** Where the workspace's Ledger lives for good: null is anywhere. */
  jurisdiction: text("jurisdiction", { enum: ["eu"] }),
  /** The account whose own workspace it is; unique, so that healing a sign-up twice makes one. */
  personalOf: text("personal_of").unique(),
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
