/** Lists links by numbered pages, for clients that jump to one; `list-links.ts` never skips a link. */

import { and, count, eq } from "drizzle-orm";

import type { Database } from "../db/database.ts";
import { collections, links } from "../db/schema/index.ts";
import type { Link } from "./link.ts";
import { linkConditions, type LinkFilter, linkStore } from "./store.ts";

export interface NumberedPage {
  /** Newest first; without the logos of QR codes. */
  readonly links: readonly Link[];
  /** On all pages. */
  readonly total: number;
}

/** Gives the page with this number, from 1; one beyond the last is empty. */
export async function pageLinks(
  db: Database,
  workspaceId: number,
  filter: LinkFilter,
  { page, perPage }: { readonly page: number; readonly perPage: number },
): Promise<NumberedPage> {
  const skipped = (page - 1) * perPage;
  const [found, [counted]] = await Promise.all([
    linkStore(db, workspaceId).list(filter, perPage, null, skipped),
    db
      .select({ total: count() })
      .from(links)
      .leftJoin(collections, eq(collections.id, links.collectionId))
      .where(and(eq(links.workspaceId, workspaceId), ...linkConditions(filter))),
  ]);
  return { links: found, total: counted?.total ?? 0 };
}
