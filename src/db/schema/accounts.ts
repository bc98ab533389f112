/**
 * People, their sessions and their API tokens.
 *
 * `users`, `sessions`, `credentials` and `verifications` are better-auth's models under Signpost's
 * names. better-auth writes them; Signpost only deletes rows that are expired or left by an
 * interrupted sign-up.
 */

import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

import { workspaces } from "./workspaces.ts";

export const users = sqliteTable("users", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  email: text("email").notNull().unique(),
  emailVerified: integer("email_verified", { mode: "boolean" }).notNull().default(false),
  image: text("image"),
  /** 1 for an account created under SIGNUPS=first, else null. Unique, so only one sign-up wins. */
  firstSlot: integer("first_slot").unique(),
  createdAt: integer("created_at_ms", { mode: "timestamp_ms" }).notNull(),
  updatedAt: integer("updated_at_ms", { mode: "timestamp_ms" }).notNull(),
});

export const sessions = sqliteTable(
  "sessions",
  {
    id: text("id").primaryKey(),
    token: text("token").notNull().unique(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    expiresAt: integer("expires_at_ms", { mode: "timestamp_ms" }).notNull(),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    createdAt: integer("created_at_ms", { mode: "timestamp_ms" }).notNull(),
    updatedAt: integer("updated_at_ms", { mode: "timestamp_ms" }).notNull(),
  },
  (table) => [
    // Finds the sessions of a person, which are deleted with the person.
    index("sessions_by_user").on(table.userId),
    index("sessions_by_age").on(table.expiresAt),
  ],
);

/** better-auth's `account`: one sign-in method of one person (here: a password). */
export const credentials = sqliteTable(
  "credentials",
  {
    id: text("id").primaryKey(),
    accountId: text("account_id").notNull(),
    providerId: text("provider_id").notNull(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    accessToken: text("access_token"),
    refreshToken: text("refresh_token"),
    idToken: text("id_token"),
    accessTokenExpiresAt: integer("access_token_expires_at_ms", { mode: "timestamp_ms" }),
    refreshTokenExpiresAt: integer("refresh_token_expires_at_ms", { mode: "timestamp_ms" }),
    scope: text("scope"),
    password: text("password"),
    createdAt: integer("created_at_ms", { mode: "timestamp_ms" }).notNull(),
    updatedAt: integer("updated_at_ms", { mode: "timestamp_ms" }).notNull(),
  },
  // Finds the password of a person who signs in.
  (table) => [index("credentials_by_user").on(table.userId)],
);

export const verifications = sqliteTable(
  "verifications",
  {
    id: text("id").primaryKey(),
    identifier: text("identifier").notNull(),
    value: text("value").notNull(),
    expiresAt: integer("expires_at_ms", { mode: "timestamp_ms" }).notNull(),
    createdAt: integer("created_at_ms", { mode: "timestamp_ms" }).notNull(),
    updatedAt: integer("updated_at_ms", { mode: "timestamp_ms" }).notNull(),
  },
  (table) => [
    index("verifications_by_identifier").on(table.identifier),
    index("verifications_by_age").on(table.expiresAt),
  ],
);

/** Attempts to sign in that failed, or have not ended: by account or known browser. */
export const signInFailures = sqliteTable(
  "sign_in_failures",
  {
    /** A keyed hash, or the id of a browser. */
    name: text("name").primaryKey(),
    failures: integer("failures").notNull(),
    /** When the next attempt may begin. */
    freeAtMs: integer("free_at_ms").notNull(),
    lastAtMs: integer("last_at_ms").notNull(),
  },
  (table) => [index("sign_in_failures_by_age").on(table.lastAtMs)],
);

/** How often something was done that may only happen so many times in a while. */
export const allowances = sqliteTable(
  "allowances",
  {
    /** What is counted, and for whom: an id or a keyed hash, never an address. */
    key: text("key").primaryKey(),
    used: integer("used").notNull(),
    /** The end of the window, after which the row means nothing. */
    untilMs: integer("until_ms").notNull(),
  },
  (table) => [index("allowances_by_age").on(table.untilMs)],
);

/**
 * API tokens. A revoked token keeps its row for a while, since it counts towards the hourly creation
 * limit, and as long as there are tokens that it made.
 */
export const tokens = sqliteTable(
  "tokens",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    uuid: text("uuid").notNull().unique(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** The home workspace, in which the token acts unless the request names another. */
    workspaceId: integer("workspace_id")
      .notNull()
      .references(() => workspaces.id),
    /** Whether the home workspace is the only one that the token opens. */
    workspaceOnly: integer("workspace_only", { mode: "boolean" }).notNull().default(false),
    /** The token that made this one; null for one made in a browser session. */
    parentId: integer("parent_id"),
    name: text("name").notNull(),
    /** SHA-256 of the whole token, hex. */
    hash: text("hash").notNull(),
    /** The token's last four characters, so that people can identify it. */
    hint: text("hint").notNull(),
    /** JSON array of scopes. */
    scopes: text("scopes", { mode: "json" }).$type<string[]>().notNull(),
    expiresAtMs: integer("expires_at_ms"),
    lastUsedAtMs: integer("last_used_at_ms"),
    revokedAtMs: integer("revoked_at_ms"),
    createdAtMs: integer("created_at_ms").notNull(),
  },
  (table) => [
    // Authenticates.
    uniqueIndex("tokens_by_hash").on(table.hash),
    // Lists a person's tokens, and counts those of the last hour.
    index("tokens_by_user").on(table.userId, table.createdAtMs),
    // Finds what a token made.
    index("tokens_by_parent")
      .on(table.parentId)
      .where(sql`${table.parentId} IS NOT NULL`),
    // Finds those that were revoked long ago.
    index("tokens_by_revocation")
      .on(table.revokedAtMs)
      .where(sql`${table.revokedAtMs} IS NOT NULL`),
  ],
);
