/**
 * Lists the links of one workspace, either by a cursor, which never skips a link, or by numbered
 * pages.
 */

import { and, count, desc, eq, gte, lt, type SQL, sql } from "drizzle-orm";

import type { Database } from "../db/database.ts";
import { collections, links, linkTags, tags } from "../db/schema/index.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { selectLinks, toLink } from "./link-row.ts";
import type { CollectionRef, Link } from "./link.ts";

/** The most links in a list without a limit. */
export const LIST_MAX = 10_000;

export interface LinkFilter {
  /** A part of the code, the title or the destination; ASCII letters match in either case. */
  readonly q?: string | undefined;
  /** A tag's UUID or name. */
  readonly tag?: string | undefined;
  readonly collection?: CollectionRef | undefined;
  readonly domain?: string | undefined;
  readonly isActive?: boolean | undefined;
  readonly isArchived?: boolean | undefined;
  /** Whether the link has a start or an end. */
  readonly isScheduled?: boolean | undefined;
  /** Created at this time or later. */
  readonly createdFromMs?: number | undefined;
  /** Created before this time. */
  readonly createdBeforeMs?: number | undefined;
}

export interface LinkPage {
  readonly links: readonly Link[];
  /** The cursor of the next page; null if this is the last. */
  readonly next: string | null;
}

export interface CursorInvalid {
  readonly reason: "cursor_invalid";
}

export interface NumberedPage {
  readonly links: readonly Link[];
  /** The number of matching links on all pages. */
  readonly total: number;
}

/** Returns the lists of `linkStore`: newest first, without the logos of QR codes. */
export function linkLists(db: Database, workspaceId: number) {
  const conditions = (filter: LinkFilter) => [
    eq(links.workspaceId, workspaceId),
    ...linkConditions(filter),
  ];

  /** Leaves logos out, because ten thousand of them would not fit into an isolate. */
  async function select(where: readonly (SQL | undefined)[], limit: number, skipped = 0) {
    const rows = await selectLinks(
      db,
      and(...where),
      sql`json_set(${links.qrSettings}, '$.logo', null)`,
    )
      .orderBy(desc(links.id))
      .limit(limit)
      .offset(skipped);
    return rows.map(toLink);
  }

  return {
    /**
     * Reads a page. It continues exactly where the previous one ended, whatever was added or
     * deleted in between.
     */
    async list(
      filter: LinkFilter = {},
      page: { readonly limit?: number | undefined; readonly cursor?: string | undefined } = {},
    ): Promise<Result<LinkPage, CursorInvalid>> {
      const beforeId = page.cursor === undefined ? null : parseCursor(page.cursor);
      if (beforeId === undefined) return err({ reason: "cursor_invalid" });
      const limit = page.limit ?? LIST_MAX;
      const older = beforeId === null ? undefined : lt(links.id, beforeId);
      const found = await select([older, ...conditions(filter)], limit + 1);
      const some = found.slice(0, limit);
      const last = some.at(-1);
      const next = found.length > limit && last !== undefined ? cursorAfter(last) : null;
      return ok({ links: some, next });
    },

    /** Reads the page with this number, counted from 1; a page beyond the last is empty. */
    async page(
      filter: LinkFilter,
      { page, perPage }: { readonly page: number; readonly perPage: number },
    ): Promise<NumberedPage> {
      const where = conditions(filter);
      const [found, [counted]] = await Promise.all([
        select(where, perPage, (page - 1) * perPage),
        db
          .select({ total: count() })
          .from(links)
          .leftJoin(collections, eq(collections.id, links.collectionId))
          .where(and(...where)),
      ]);
      return { links: found, total: counted?.total ?? 0 };
    },
  };
}

function cursorAfter(link: Link): string {
  return link.id.toString(36);
}

function parseCursor(cursor: string): number | undefined {
  return /^[0-9a-z]{1,10}$/.test(cursor) ? Number.parseInt(cursor, 36) : undefined;
}

/**
 * Returns a filter's conditions on `links` joined with `collections`. The caller adds the condition
 * on the workspace.
 */
export function linkConditions({
  q,
  tag,
  collection,
  domain,
  isActive,
  isArchived,
  isScheduled,
  createdFromMs,
  createdBeforeMs,
}: LinkFilter): SQL[] {
  const wanted: SQL[] = [];
  if (q !== undefined && q !== "") {
    // Not LIKE: D1 refuses patterns longer than 50 bytes, and `%` in a search is literal.
    const found = [links.code, links.title, links.destinationUrl].map(
      (column) => sql`instr(lower(${column}), lower(${q})) > 0`,
    );
    wanted.push(sql`(${sql.join(found, sql` or `)})`);
  }
  if (tag !== undefined) {
    wanted.push(sql`exists (
      select 1 from ${linkTags} join ${tags} on ${tags.id} = ${linkTags.tagId}
      where ${linkTags.linkId} = ${links.id} and (${tags.uuid} = ${tag} or ${tags.name} = ${tag})
    )`);
  }
  if (typeof collection === "string") wanted.push(eq(collections.uuid, collection));
  if (typeof collection === "number") wanted.push(eq(collections.id, collection));
  if (domain !== undefined) wanted.push(eq(links.domain, domain));
  if (isActive !== undefined) wanted.push(eq(links.isActive, isActive));
  if (isArchived !== undefined) {
    wanted.push(sql`${links.archivedAtMs} is ${isArchived ? sql`not null` : sql`null`}`);
  }
  if (isScheduled !== undefined) {
    const times = sql`coalesce(${links.startsAtMs}, ${links.endsAtMs})`;
    wanted.push(sql`${times} is ${isScheduled ? sql`not null` : sql`null`}`);
  }
  if (createdFromMs !== undefined) wanted.push(gte(links.createdAtMs, createdFromMs));
  if (createdBeforeMs !== undefined) wanted.push(lt(links.createdAtMs, createdBeforeMs));
  return wanted;
}
