/** Webhook endpoints, and the events on their way to them. */

import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

import { workspaces } from "./workspaces.ts";

export const webhooks = sqliteTable(
  "webhooks",
  {
    /** Never reused (AUTOINCREMENT): the Ledger knows an endpoint's deliveries by it. */
    id: integer("id").primaryKey({ autoIncrement: true }),
    uuid: text("uuid").notNull().unique(),
    workspaceId: integer("workspace_id")
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    url: text("url").notNull(),
    /** JSON array of event types, or `["*"]`. */
    events: text("events", { mode: "json" }).$type<string[]>().notNull(),
    /** Sealed (`platform/sealing.ts`): an HMAC needs the secret itself. */
    secret: text("secret").notNull(),
    /** The secret before the last rotation, sealed too; it signs along until `previous_until_ms`. */
    previousSecret: text("previous_secret"),
    previousUntilMs: integer("previous_until_ms"),
    retryPolicy: text("retry_policy", { enum: ["default", "extended"] }).notNull(),
    isActive: integer("is_active", { mode: "boolean" }).notNull().default(true),
    /** Why it was switched off by itself; null where a person decided, and while it is on. */
    disabledReason: text("disabled_reason", { enum: ["gone", "failing"] }),
    /** It did not answer in time: until it does, its deliveries wait in a queue of their own. */
    isSlow: integer("is_slow", { mode: "boolean" }).notNull().default(false),
    /** When the first of the failures since the last success was; null after a success. */
    failingSinceMs: integer("failing_since_ms"),
    createdAtMs: integer("created_at_ms").notNull(),
    updatedAtMs: integer("updated_at_ms").notNull(),
  },
  // A workspace's endpoints: its list, and who subscribes to an event.
  (table) => [index("webhooks_by_workspace").on(table.workspaceId)],
);

/**
 * Events that an endpoint has not finally got: written in the batch of the change that caused them,
 * gone once the delivery has succeeded or failed for good.
 */
export const webhookOutbox = sqliteTable(
  "webhook_outbox",
  {
    webhookId: integer("webhook_id")
      .notNull()
      .references(() => webhooks.id, { onDelete: "cascade" }),
    /** The same for all endpoints and all attempts; begins with its time. */
    eventId: text("event_id").notNull(),
    event: text("event").notNull(),
    atMs: integer("at_ms").notNull(),
    /** The link that it is about, if one. */
    linkId: integer("link_id"),
    /** The payload's `data` as JSON text, captured with the change. */
    data: text("data").notNull(),
    /** When the sweep queues it again, unless somebody has seen to it by then. */
    dueAtMs: integer("due_at_ms").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.webhookId, table.eventId] }),
    // The sweep.
    index("webhook_outbox_due").on(table.dueAtMs),
  ],
);
