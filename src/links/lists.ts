/**
 * Lists the links of one workspace, newest first: one after the other by a cursor, which never skips
 * a link, or by numbered pages.
 */

import { and, desc, eq, sql } from "drizzle-orm";

import type { Database } from "../db/database.ts";
import { collections, linkBlocks, links } from "../db/schema/index.ts";
import { mapInSlices } from "../platform/pauses.ts";
import { err, ok, type Result } from "../platform/result.ts";
import {
  isFiltered,
  type LinkFilter,
  type LinkSource,
  linkSource,
  resolveFilter,
  tablesOf,
} from "./filter.ts";
import { linkColumns, toListedLink } from "./link-row.ts";
import type { LinkPart, ListedLink } from "./link.ts";
import { readSlices } from "./slices.ts";

export interface Walk {
  /** Continue after the link of this cursor; null to begin with the newest link. */
  readonly after?: LinkCursor | null;
  /** The parts of each link to read; none if absent. */
  readonly parts?: ReadonlySet<LinkPart>;
  /** The most links that will be read; all if absent. */
  readonly max?: number;
}

/** The place of a link in the list: its id. */
export type LinkCursor = Pick<ListedLink, "id">;

export interface CursorInvalid {
  readonly reason: "cursor_invalid";
}

export interface NumberedPage {
  readonly links: readonly ListedLink[];
  /** The number of matching links on all pages. */
  readonly total: number;
}

/** Characters that are converted before a pause: a millisecond or two of the thread. */
const CONVERTED_AT_ONCE = 128 * 1024;
/** About as many as a link has besides its parts. */
const REST_LENGTH = 500;

const NO_PARTS: ReadonlySet<LinkPart> = new Set();

/** Returns the lists of `linkStore`. */
export function linkLists(db: Database, workspaceId: number) {
  function select(
    { first, where, newestFirst, max = -1 }: LinkSource & { readonly max?: number },
    parts: ReadonlySet<LinkPart>,
  ) {
    const selected = db.select(linkColumns(parts));
    // Both have the columns of `links`; only their types differ.
    const joined =
      first === null
        ? selected.from(links)
        : (selected.from(first).crossJoin(links) as unknown as ReturnType<
            typeof selected.from<typeof links>
          >);
    return joined
      .leftJoin(collections, eq(collections.id, links.collectionId))
      .where(and(...where))
      .orderBy(newestFirst)
      .limit(max)
      .$dynamic();
  }

  /**
   * Reads links in slices of bounded size (`slices.ts`), each only when the previous one was
   * consumed. Whatever is added or deleted meanwhile, no link is left out or read twice.
   */
  async function* slices(
    filter: LinkFilter = {},
    walk: Walk = {},
  ): AsyncGenerator<ListedLink[], undefined> {
    const { after = null, parts = NO_PARTS, max = Infinity } = walk;
    const resolved = await resolveFilter(db, workspaceId, filter);
    if (resolved === null) return;
    const newest = { workspaceId, filter: resolved, beforeId: after?.id ?? null, max, parts };
    const found = readSlices(db, newest, (source) => select(source, parts));
    for await (const rows of found) {
      yield mapInSlices(rows, CONVERTED_AT_ONCE, (row) => toListedLink(row, parts), lengthOf);
    }
  }

  /** Finds a page of all links by the counts of their blocks, without reading the links before it. */
  async function pageOfAll(page: number, perPage: number): Promise<NumberedPage> {
    const blocks = await db
      .select({ firstId: linkBlocks.firstId, links: linkBlocks.links })
      .from(linkBlocks)
      .where(eq(linkBlocks.workspaceId, workspaceId))
      .orderBy(desc(linkBlocks.firstId));
    let offset = (page - 1) * perPage;
    let beforeId: number | null = null;
    for (const block of blocks) {
      if (offset < block.links) break;
      offset -= block.links;
      beforeId = block.firstId;
    }
    const source = linkSource(workspaceId, {}, { beforeId });
    const rows = await select(source, NO_PARTS).limit(perPage).offset(offset);
    const total = blocks.reduce((sum, block) => sum + block.links, 0);
    return { links: rows.map((row) => toListedLink(row, NO_PARTS)), total };
  }

  return {
    slices,

    /** Reads the links of `slices` one by one. */
    async *walk(filter?: LinkFilter, walk?: Walk): AsyncGenerator<ListedLink, undefined> {
      for await (const some of slices(filter, walk)) yield* some;
    },

    /** Reads the page with this number, counted from 1; a page beyond the last is empty. */
    async page(
      filter: LinkFilter,
      { page, perPage }: { readonly page: number; readonly perPage: number },
    ): Promise<NumberedPage> {
      if (!isFiltered(filter)) return pageOfAll(page, perPage);
      const resolved = await resolveFilter(db, workspaceId, filter);
      if (resolved === null) return { links: [], total: 0 };
      const source = linkSource(workspaceId, resolved);
      const [rows, [counted]] = await Promise.all([
        select(source, NO_PARTS)
          .limit(perPage)
          .offset((page - 1) * perPage),
        db.all<{ total: number }>(
          sql`select count(*) as total from ${tablesOf(source)} where ${and(...source.where)}`,
        ),
      ]);
      return { links: rows.map((row) => toListedLink(row, NO_PARTS)), total: counted?.total ?? 0 };
    },
  };
}

function lengthOf({ rules, qrSettings, variants }: Parameters<typeof toListedLink>[0]): number {
  return REST_LENGTH + (rules?.length ?? 0) + (qrSettings?.length ?? 0) + variants.length;
}

/** Writes a cursor that continues after a link. */
export function cursorText({ id }: LinkCursor): string {
  return id.toString(36);
}

export function parseCursor(text: string): Result<LinkCursor, CursorInvalid> {
  return /^[0-9a-z]{1,10}$/.test(text)
    ? ok({ id: Number.parseInt(text, 36) })
    : err({ reason: "cursor_invalid" });
}
