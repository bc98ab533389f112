/** Webhook endpoints, and their outbox of undelivered events. */

import { integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

import { workspaces } from "./workspaces.ts";

export const webhooks = sqliteTable(
  "webhooks",
  {
    id: integer("id").primaryKey(),
    /** The Ledger stores an endpoint's deliveries under it. */
    uuid: text("uuid").notNull().unique(),
    workspaceId: integer("workspace_id")
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    url: text("url").notNull(),
    /** JSON array of event types in the order of `EVENT_TYPES`, or `["*"]`. */
    events: text("events", { mode: "json" }).$type<string[]>().notNull(),
    /** JSON of `webhooks/filters.ts`, in its one form; `{}` for none. */
    filters: text("filters", { mode: "json" }).$type<object>().notNull().default({}),
    /** The clicks of `link.threshold`, ascending; empty for powers of ten (`webhooks/thresholds.ts`). */
    thresholds: text("thresholds", { mode: "json" }).$type<number[]>().notNull().default([]),
    /** Sealed (`platform/sealing.ts`): an HMAC needs the secret itself. */
    secret: text("secret").notNull(),
    /** The previous secret, also sealed. It keeps signing until `previous_until_ms`. */
    previousSecret: text("previous_secret"),
    previousUntilMs: integer("previous_until_ms"),
    retryPolicy: text("retry_policy", { enum: ["default", "extended"] }).notNull(),
    isActive: integer("is_active", { mode: "boolean" }).notNull().default(true),
    /** Why it was disabled automatically; null if a person disabled it, and while it is active. */
    disabledReason: text("disabled_reason", { enum: ["gone", "failing"] }),
    /** Whether it did not answer in time. Until it does, its deliveries use the slow queue. */
    isSlow: integer("is_slow", { mode: "boolean" }).notNull().default(false),
    /** The time of the first failure since the last success; null after a success. */
    failingSinceMs: integer("failing_since_ms"),
    createdAtMs: integer("created_at_ms").notNull(),
    updatedAtMs: integer("updated_at_ms").notNull(),
  },
  // Lists a workspace's endpoints, and keeps two from receiving the same.
  (table) => [
    uniqueIndex("webhooks_by_target").on(table.workspaceId, table.url, table.events, table.filters),
  ],
);

/**
 * Events on their way to the Ledger of their workspace: written in the batch of the change that
 * caused them, removed once the Ledger has them. Nearly always empty, so the sweep needs no index: each
 * event would pay for it with a row written, the price of a thousand rows read.
 */
export const webhookOutbox = sqliteTable("webhook_outbox", {
  /** The same for all endpoints and all attempts; begins with its time. */
  eventId: text("event_id").primaryKey(),
  workspaceId: integer("workspace_id")
    .notNull()
    .references(() => workspaces.id, { onDelete: "cascade" }),
  event: text("event").notNull(),
  atMs: integer("at_ms").notNull(),
  /** The link that the event is about; null for none. */
  linkId: integer("link_id"),
  /** The payload's `data` as JSON text, captured with the change. */
  data: text("data").notNull(),
  /** JSON array of the UUIDs of the endpoints that subscribed when it happened. */
  webhooks: text("webhooks").notNull(),
  /** JSON of `LinkFacts` (`webhooks/filters.ts`); null unless one of them has a filter. */
  linkFacts: text("link_facts"),
  /** When the sweep hands the event over, unless its writer has done so by then. */
  dueAtMs: integer("due_at_ms").notNull(),
});
