import { err, ok, type Result } from "../platform/result.ts";
import type { Link } from "./link.ts";
import type { LinkFilter, LinkStore } from "./store.ts";

/** What a list without a limit gives at most. */
export const LIST_MAX = 10_000;

export interface LinkPage {
  readonly links: readonly Link[];
  /** Where the next page begins; null when there is none. */
  readonly next: string | null;
}

export interface CursorInvalid {
  readonly code: "cursor_invalid";
}

/**
 * Lists links, newest first. A page goes on exactly where the one before ended, whatever was added
 * or deleted in between.
 */
export async function listLinks(
  store: LinkStore,
  filter: LinkFilter,
  page: { readonly limit?: number | undefined; readonly cursor?: string | undefined } = {},
): Promise<Result<LinkPage, CursorInvalid>> {
  const beforeId = page.cursor === undefined ? null : parseCursor(page.cursor);
  if (beforeId === undefined) return err({ code: "cursor_invalid" });
  const limit = page.limit ?? LIST_MAX;
  const found = await store.list(filter, limit + 1, beforeId);
  const links = found.slice(0, limit);
  const last = links.at(-1);
  const next = found.length > limit && last !== undefined ? cursorAfter(last) : null;
  return ok({ links, next });
}

function cursorAfter(link: Link): string {
  return link.id.toString(36);
}

function parseCursor(cursor: string): number | undefined {
  return /^[0-9a-z]{1,10}$/.test(cursor) ? Number.parseInt(cursor, 36) : undefined;
}
