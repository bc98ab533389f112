/** Lists links by numbered pages, for clients that jump to one; `list-links.ts` never skips a link. */
import { and, count, desc, eq } from "drizzle-orm";

import { batchAround } from "../db/batch.ts";
import type { Database } from "../db/database.ts";
import { collections, links } from "../db/schema/index.ts";
import type { Link } from "./link.ts";
import { linkConditions, type LinkFilter, linkStore } from "./store.ts";

export interface NumberedPage {
  /** Newest first. */
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
  const where = and(eq(links.workspaceId, workspaceId), ...linkConditions(filter));
  const ofCollection = eq(collections.id, links.collectionId);
  const [ids, [counted]] = await batchAround(
    db,
    [],
    [
      db
        .select({ id: links.id })
        .from(links)
        .leftJoin(collections, ofCollection)
        .where(where)
        .orderBy(desc(links.id))
        .limit(perPage)
        .offset((page - 1) * perPage),
      db.select({ total: count() }).from(links).leftJoin(collections, ofCollection).where(where),
    ],
  );
  const found = await linkStore(db, workspaceId).findByIds(ids.map(({ id }) => id));
  return { links: found, total: counted?.total ?? 0 };
}
