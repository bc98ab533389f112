/** Tags and collections, the labels that a workspace puts on its links. */

import { integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

import { workspaces } from "./workspaces.ts";

export const tags = sqliteTable(
  "tags",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    uuid: text("uuid").notNull().unique(),
    workspaceId: integer("workspace_id")
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    /** What the name is found by (`labelKey`). */
    nameKey: text("name_key").notNull(),
    createdAtMs: integer("created_at_ms").notNull(),
  },
  // Finds or creates a tag by its name, and finds those whose names are alike.
  (table) => [uniqueIndex("tags_by_name").on(table.workspaceId, table.nameKey)],
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
    /** What the name is found by (`labelKey`). */
    nameKey: text("name_key").notNull(),
    createdAtMs: integer("created_at_ms").notNull(),
  },
  (table) => [uniqueIndex("collections_by_name").on(table.workspaceId, table.nameKey)],
);
