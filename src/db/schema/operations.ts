/** What the service itself must remember between requests. */

import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Idempotency keys of the last 24 hours, from which repeated POST requests are answered. */
export const idempotencyKeys = sqliteTable(
  "idempotency_keys",
  {
    /** The sender: `<user id>/<workspace id>`. */
    principal: text("principal").notNull(),
    /** Method and path. */
    operation: text("operation").notNull(),
    key: text("key").notNull(),
    /** SHA-256 of the body, hex. */
    fingerprint: text("fingerprint").notNull(),
    /** JSON array of the ids that the change created; null while it is in flight. */
    result: text("result", { mode: "json" }).$type<number[]>(),
    createdAtMs: integer("created_at_ms").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.principal, table.operation, table.key] }),
    index("idempotency_keys_by_age").on(table.createdAtMs),
  ],
);

/** Messages that a queue gave up on, kept whole so that the operator can send them again. */
export const deadLetters = sqliteTable(
  "dead_letters",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    queue: text("queue").notNull(),
    /** The queue's own id of the message, so that storing it twice changes nothing. */
    messageId: text("message_id").notNull().unique(),
    body: text("body").notNull(),
    createdAtMs: integer("created_at_ms").notNull(),
  },
  (table) => [index("dead_letters_by_age").on(table.createdAtMs)],
);

/**
 * Purged links that their Ledger must still forget, and links whose counts it must begin again:
 * written with the change, swept by Upkeep.
 */
export const pendingPurges = sqliteTable("pending_purges", {
  linkId: integer("link_id").primaryKey(),
  /** Names the link's gate. */
  linkUuid: text("link_uuid").notNull(),
  /** The Ledger's name, as in `ledger/ledger-id.ts`. */
  ledger: text("ledger").notNull(),
  /** No click of the link is older, so the Ledger starts its purge here. */
  linkCreatedAtMs: integer("link_created_at_ms").notNull(),
  /** When a reset was asked for; null for a purge. */
  resetAtMs: integer("reset_at_ms"),
});

/** Deleted workspaces that still have data: written with the deletion, swept by Upkeep. */
export const pendingClosures = sqliteTable("pending_closures", {
  workspaceId: integer("workspace_id").primaryKey(),
  /** The Ledger's name, as in `ledger/ledger-id.ts`. */
  ledger: text("ledger").notNull(),
  createdAtMs: integer("created_at_ms").notNull(),
});

/** Rows whose sweep has failed (`upkeep/failures.ts`). */
export const sweepFailures = sqliteTable(
  "sweep_failures",
  {
    /** The sweep's name. */
    sweep: text("sweep").notNull(),
    /** The row's key within its sweep: a number, or an address as `<domain>/<code>`. */
    rowKey: text("row_key").notNull(),
    /** Counted before each try. */
    tries: integer("tries").notNull(),
    retryAtMs: integer("retry_at_ms").notNull(),
    /** Why the last try failed; null while it is under way, and if the process ended in it. */
    reason: text("reason"),
    /** When the operator was told that the row is set aside. */
    reportedAtMs: integer("reported_at_ms"),
  },
  (table) => [primaryKey({ columns: [table.sweep, table.rowKey] })],
);
