/** Links, their variants and tags, and what publishing them to KV must remember. */

import { sql } from "drizzle-orm";
import {
  check,
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";

import { collections, tags } from "./labels.ts";
import { workspaces } from "./workspaces.ts";

export const links = sqliteTable(
  "links",
  {
    /** Never reused (AUTOINCREMENT): the Ledger refers to a link by it long after a purge. */
    id: integer("id").primaryKey({ autoIncrement: true }),
    uuid: text("uuid").notNull().unique(),
    workspaceId: integer("workspace_id")
      .notNull()
      .references(() => workspaces.id),
    /** The account that created the link. */
    userId: text("user_id").notNull(),
    /** A custom domain's hostname, or empty for the default hosts; null while the link is parked. */
    domain: text("domain").default(""),
    /** The hostname of a parked link (`links/parked.ts`): its workspace has lost that domain. */
    parkedDomain: text("parked_domain"),
    code: text("code").notNull(),
    /** As sent; the redirect uses its normalised form. */
    destinationUrl: text("destination_url").notNull(),
    title: text("title"),
    /** The title and the destination folded for search; null where `lower()` does it. */
    titleFolded: text("title_folded"),
    destinationFolded: text("destination_folded"),
    /** A hash of the destination (`links/destination-hash.ts`), by which it is found exactly. */
    destinationHash: integer("destination_hash"),
    description: text("description"),
    /** The client's own id of the link, unique in its workspace; null for none. */
    externalId: text("external_id"),
    collectionId: integer("collection_id").references(() => collections.id, {
      onDelete: "set null",
    }),
    isActive: integer("is_active", { mode: "boolean" }).notNull().default(true),
    archivedAtMs: integer("archived_at_ms"),
    suspendedAtMs: integer("suspended_at_ms"),
    startsAtMs: integer("starts_at_ms"),
    endsAtMs: integer("ends_at_ms"),
    expiresAtMs: integer("expires_at_ms"),
    /** Where an expired or ended link leads instead of the 410 page. */
    expiredUrl: text("expired_url"),
    /** 301, 302, 307 or 308. */
    redirectStatus: integer("redirect_status").notNull().default(302),
    forwardQuery: integer("forward_query", { mode: "boolean" }).notNull().default(false),
    /** Whether what follows the code in the path is added to the destination's. */
    forwardPath: integer("forward_path", { mode: "boolean" }).notNull().default(false),
    /** JSON of `links/social.ts`: the card that apps show; null for the destination's own. */
    social: text("social"),
    /** Whether search engines may index the link. */
    crawlable: integer("crawlable", { mode: "boolean" }).notNull().default(false),
    /** JSON object of UTM parameters, added to every destination of the link; null for none. */
    utmParams: text("utm_params"),
    /**
     * scrypt, as `platform/password.ts` writes it, or sealed until a sweep has hashed it
     * (`platform/sealed-password.ts`); null for a link without a password.
     */
    passwordHash: text("password_hash"),
    /** Increases with each change of the password, which invalidates earlier cookies. */
    passwordVersion: integer("password_version").notNull().default(0),
    /** JSON array of rules in order (`links/rules/rule.ts`); null for none. Never queried. */
    rules: text("rules"),
    /** While enabled, and while any variant is active, variants decide and rules do not. */
    abEnabled: integer("ab_enabled", { mode: "boolean" }).notNull().default(false),
    /** Whether a visitor keeps the variant of the first visit, by a cookie. */
    abSticky: integer("ab_sticky", { mode: "boolean" }).notNull().default(false),
    clicksLimit: integer("clicks_limit"),
    /** Where a link leads once its limit is used up, instead of the 410 page. */
    limitReachedUrl: text("limit_reached_url"),
    /** The version in which the link got its limit, having had none (`gates/contract.ts`). */
    clicksLimitSince: integer("clicks_limit_since"),
    /** What the link stores, with its variants (`links/link-size.ts`). */
    bytes: integer("bytes").notNull().default(0),
    /** JSON of `links/qr/settings.ts`; null for the defaults. */
    qrSettings: text("qr_settings"),
    /** Increases by one with each change. The link's ETag, and what publishing compares. */
    version: integer("version").notNull().default(1),
    /** KV was last seen to hold this version or a newer one, or no record. */
    publishedVersion: integer("published_version").notNull().default(1),
    createdAtMs: integer("created_at_ms").notNull(),
    updatedAtMs: integer("updated_at_ms").notNull(),
  },
  (table) => [
    // The redirect's look-up, and the final decision on which link has a code.
    // Parked links are not in it, since nulls are distinct.
    uniqueIndex("links_by_code").on(table.domain, table.code),
    // Finds the links that return to a domain, and keeps one parked link per workspace and code.
    uniqueIndex("links_parked")
      .on(table.parkedDomain, table.workspaceId, table.code)
      .where(sql`${table.parkedDomain} IS NOT NULL`),
    // The look-up by the client's own id, and the final decision on which link has it. The workspace
    // comes second here and below, so that no list of a workspace's links is read by these indexes.
    uniqueIndex("links_by_external_id")
      .on(table.externalId, table.workspaceId)
      .where(sql`${table.externalId} IS NOT NULL`),
    // The look-up by the exact destination. Contains a hash, since destinations are long.
    index("links_by_destination").on(table.destinationHash, table.workspaceId),
    check(
      "links_domain_or_parked",
      sql`(${table.domain} IS NULL) = (${table.parkedDomain} IS NOT NULL)`,
    ),
    // Lists links, newest first, and measures slices of them without reading the links.
    index("links_by_workspace").on(table.workspaceId, table.id, table.bytes),
    // Finds the links that have begun since they were last counted; links_by_end, which drizzle
    // cannot describe, those that have ended.
    index("links_by_start")
      .on(table.workspaceId, table.startsAtMs)
      .where(sql`${table.startsAtMs} IS NOT NULL`),
    // The sweep. Contains only rows whose change is not confirmed in KV.
    index("links_unpublished")
      .on(table.updatedAtMs)
      .where(sql`${table.publishedVersion} < ${table.version}`),
    // The sweep. Contains only rows whose password is not hashed yet.
    index("links_sealed")
      .on(table.id)
      .where(sql`substr(${table.passwordHash}, 1, 8) = '$sealed$'`),
  ],
);

/** What each workspace has, kept exact by triggers (`db/beyond-drizzle.sql`). */
export const workspaceUsage = sqliteTable("workspace_usage", {
  workspaceId: integer("workspace_id")
    .primaryKey()
    .references(() => workspaces.id, { onDelete: "cascade" }),
  links: integer("links").notNull(),
  /** The sum of the links' `bytes`. */
  bytes: integer("bytes").notNull(),
  /** The links that led somewhere at `countedAtMs`. */
  liveLinks: integer("live_links").notNull(),
  countedAtMs: integer("counted_at_ms").notNull(),
});

/**
 * Counts a workspace's links in blocks of about 256 that follow each other, so that a numbered page
 * is found without reading the links before it. Kept exact by triggers.
 */
export const linkBlocks = sqliteTable(
  "link_blocks",
  {
    workspaceId: integer("workspace_id")
      .notNull()
      .references(() => workspaces.id, { onDelete: "cascade" }),
    /** A block has the links from this id to the next block's. */
    firstId: integer("first_id").notNull(),
    links: integer("links").notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.firstId] })],
);

/** The destinations of an A/B test. */
export const variants = sqliteTable(
  "variants",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    linkId: integer("link_id")
      .notNull()
      .references(() => links.id, { onDelete: "cascade" }),
    /** The id under which clicks are counted: chosen by the client, or a UUID. */
    publicId: text("public_id").notNull(),
    name: text("name").notNull(),
    url: text("url").notNull(),
    /** Relative to the other active variants of the link. */
    weight: real("weight").notNull(),
    isActive: integer("is_active", { mode: "boolean" }).notNull().default(true),
    createdAtMs: integer("created_at_ms").notNull(),
    updatedAtMs: integer("updated_at_ms").notNull(),
  },
  // Finds the variants of a link.
  (table) => [uniqueIndex("variants_by_link").on(table.linkId, table.publicId)],
);

export const linkTags = sqliteTable(
  "link_tags",
  {
    linkId: integer("link_id")
      .notNull()
      .references(() => links.id, { onDelete: "cascade" }),
    tagId: integer("tag_id")
      .notNull()
      .references(() => tags.id, { onDelete: "cascade" }),
  },
  (table) => [
    primaryKey({ columns: [table.linkId, table.tagId] }),
    // Finds the links of a tag.
    index("link_tags_by_tag").on(table.tagId, table.linkId),
  ],
);

/**
 * KV keys that no longer belong to a link, kept until they are seen to be gone from KV, and those of
 * domains that have changed (an empty code), kept until KV agrees.
 */
export const routeTombstones = sqliteTable(
  "route_tombstones",
  {
    /** `<domain>/<code>` as in the links table. */
    domain: text("domain").notNull(),
    code: text("code").notNull(),
    createdAtMs: integer("created_at_ms").notNull(),
    /** When a sweep last corrected KV; null before the first one. */
    sweptAtMs: integer("swept_at_ms"),
  },
  (table) => [
    primaryKey({ columns: [table.domain, table.code] }),
    index("route_tombstones_by_age").on(table.createdAtMs),
    index("route_tombstones_by_sweep").on(table.sweptAtMs),
  ],
);

/** Codes of purged links: for 90 days, only the workspace that had a code may use it again. */
export const reservedCodes = sqliteTable(
  "reserved_codes",
  {
    domain: text("domain").notNull(),
    code: text("code").notNull(),
    workspaceId: integer("workspace_id").notNull(),
    untilMs: integer("until_ms").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.domain, table.code] }),
    index("reserved_codes_by_age").on(table.untilMs),
  ],
);

/** What people learned of other workspaces' codes; a row that is paid off is dropped. */
export const codeLooks = sqliteTable(
  "code_looks",
  {
    userId: text("user_id").primaryKey(),
    /** Codes that were looked at; 120 a minute are forgotten. */
    looks: integer("looks").notNull(),
    /** The begin of the minute in which `looks` was last counted. */
    sinceMs: integer("since_ms").notNull(),
  },
  (table) => [index("code_looks_by_age").on(table.sinceMs)],
);
