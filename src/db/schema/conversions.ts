/** Conversion goals. The conversions themselves are in the Ledger. */

import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

import { workspaces } from "./workspaces.ts";

export const conversionGoals = sqliteTable(
  "conversion_goals",
  {
    /** Never reused (AUTOINCREMENT): the Ledger stores a goal's conversions under it. */
    id: integer("id").primaryKey({ autoIncrement: true }),
    uuid: text("uuid").notNull().unique(),
    workspaceId: integer("workspace_id")
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    /** The postback's token, sealed (`platform/sealing.ts`), since its URL is shown repeatedly. */
    token: text("token").notNull(),
    /** SHA-256 of the token in hex, by which a postback finds its goal. */
    tokenHash: text("token_hash").notNull().unique(),
    /** The value of a conversion that reports none, in minor units. */
    value: integer("value").notNull(),
    currency: text("currency").notNull(),
    /** The query parameter that carries a click token to destinations; null for none. */
    clickIdParam: text("click_id_param"),
    isActive: integer("is_active", { mode: "boolean" }).notNull().default(true),
    /** The most that a conversion may be worth, in minor units; null for any amount. */
    maxValue: integer("max_value"),
    /** Whether only a request with the goal's secret may report. */
    serverOnly: integer("server_only", { mode: "boolean" }).notNull().default(false),
    /** Whether only a click token attributes a conversion. */
    clickTokensOnly: integer("click_tokens_only", { mode: "boolean" }).notNull().default(false),
    /** SHA-256 of the secret in hex; null before there was one. */
    secretHash: text("secret_hash"),
    createdAtMs: integer("created_at_ms").notNull(),
    updatedAtMs: integer("updated_at_ms").notNull(),
  },
  // Lists a workspace's goals, and finds those that its plan allows.
  (table) => [index("conversion_goals_by_workspace").on(table.workspaceId)],
);
