/**
 * Lists the links of one workspace, newest first: one after the other by a cursor, which never skips
 * a link, or by numbered pages.
 */

import { and, count, desc, eq, sql } from "drizzle-orm";

import type { Database } from "../db/database.ts";
import { collections, links } from "../db/schema/index.ts";
import { mapInSlices } from "../platform/pauses.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { type LinkFilter, linkConditions } from "./filter.ts";
import { linkColumns, toListedLink } from "./link-row.ts";
import type { LinkPart, ListedLink } from "./link.ts";
import { isLastSlice, newestFirst, SLICE_COLUMNS, SLICE_LINKS_MAX, sliceOf } from "./slices.ts";

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
  async function slice(filter: LinkFilter, { after, parts, max }: Required<Walk>) {
    const cut = { workspaceId, filter, beforeId: after?.id ?? null, parts, max };
    const rows = await db
      .select({ ...linkColumns(parts), ...SLICE_COLUMNS })
      .from(sliceOf(db, cut))
      .innerJoin(links, sql`${links.id} = slice.id`)
      .leftJoin(collections, eq(collections.id, links.collectionId));
    return newestFirst(rows);
  }

  /**
   * Reads links in slices of bounded size (`slices.ts`), each only when the previous one was
   * consumed. Whatever is added or deleted meanwhile, no link is left out or read twice.
   */
  async function* slices(
    filter: LinkFilter = {},
    walk: Walk = {},
  ): AsyncGenerator<ListedLink[], undefined> {
    const { parts = NO_PARTS } = walk;
    let { after = null, max = Infinity } = walk;
    let width = SLICE_LINKS_MAX;
    for (let isLast = false; !isLast;) {
      const asked = Math.min(max, width);
      const rows = await slice(filter, { after, parts, max: asked });
      yield mapInSlices(rows, CONVERTED_AT_ONCE, (row) => toListedLink(row, parts), lengthOf);
      isLast = isLastSlice(rows, asked);
      // D1 measures all links that it is asked for: hardly more than the next slice can hold.
      width = Math.min(SLICE_LINKS_MAX, 2 * rows.length);
      after = rows.at(-1) ?? after;
      max -= rows.length;
      if (max <= 0) return;
    }
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
      const where = and(eq(links.workspaceId, workspaceId), ...linkConditions(workspaceId, filter));
      const [rows, [counted]] = await Promise.all([
        db
          .select(linkColumns(NO_PARTS))
          .from(links)
          .leftJoin(collections, eq(collections.id, links.collectionId))
          .where(where)
          .orderBy(desc(links.id))
          .limit(perPage)
          .offset((page - 1) * perPage),
        db
          .select({ total: count() })
          .from(links)
          .leftJoin(collections, eq(collections.id, links.collectionId))
          .where(where),
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
