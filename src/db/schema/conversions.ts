/** What counts as a conversion; the conversions themselves are the Ledger's. */

import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

import { workspaces } from "./workspaces.ts";

export const conversionGoals = sqliteTable(
  "conversion_goals",
  {
    /** Never reused (AUTOINCREMENT): the Ledger knows a goal's conversions by it. */
    id: integer("id").primaryKey({ autoIncrement: true }),
    uuid: text("uuid").notNull().unique(),
    workspaceId: integer("workspace_id")
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    /** The postback's token, sealed (`platform/sealing.ts`): its URL is shown again and again. */
    token: text("token").notNull(),
    /** SHA-256 of the token, hex: what a postback is found by. */
    tokenHash: text("token_hash").notNull().unique(),
    /** What a conversion is worth that names no value of its own, in minor units. */
    value: integer("value").notNull(),
    currency: text("currency").notNull(),
    /** The query parameter in which destinations get a click token; null appends none. */
    clickIdParam: text("click_id_param"),
    isActive: integer("is_active", { mode: "boolean" }).notNull().default(true),
    createdAtMs: integer("created_at_ms").notNull(),
    updatedAtMs: integer("updated_at_ms").notNull(),
  },
  // A workspace's goals: its list, and which of them its plan has room for.
  (table) => [index("conversion_goals_by_workspace").on(table.workspaceId)],
);
