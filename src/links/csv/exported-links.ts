/** Reads the links of one workspace for an export: without rules, variants and logos. */

import { and, desc, eq, lt, sql } from "drizzle-orm";

import type { Database } from "../../db/database.ts";
import { collections, links, linkTags, tags } from "../../db/schema/index.ts";
import { type LinkFilter, linkConditions } from "../lists.ts";

/**
 * The links per page: a hundred thousand links take two hundred queries, far below the thousand
 * that one invocation may make.
 */
export const EXPORT_PAGE = 500;

export interface ExportedLink {
  readonly id: number;
  readonly domain: string | null;
  /** The host name of a parked link, which is still shown. */
  readonly parkedDomain: string | null;
  readonly code: string;
  readonly destinationUrl: string;
  readonly title: string | null;
  readonly description: string | null;
  /** Sorted by name. */
  readonly tags: readonly string[];
  readonly isActive: boolean;
  readonly archivedAtMs: number | null;
  readonly hasPassword: boolean;
  readonly expiresAtMs: number | null;
  readonly createdAtMs: number;
}

/** Reads a page, newest first; with `beforeId` it continues after that link, even if it is gone. */
export async function readExportPage(
  db: Database,
  workspaceId: number,
  filter: LinkFilter,
  beforeId: number | null,
): Promise<ExportedLink[]> {
  const page = beforeId === null ? undefined : lt(links.id, beforeId);
  const rows = await db
    .select({
      id: links.id,
      domain: links.domain,
      parkedDomain: links.parkedDomain,
      code: links.code,
      destinationUrl: links.destinationUrl,
      title: links.title,
      description: links.description,
      tags: sql<string>`(
        select json_group_array(${tags.name} order by ${tags.name})
        from ${linkTags} join ${tags} on ${tags.id} = ${linkTags.tagId}
        where ${linkTags.linkId} = ${links.id}
      )`,
      isActive: links.isActive,
      archivedAtMs: links.archivedAtMs,
      hasPassword: sql<0 | 1>`${links.passwordHash} is not null`,
      expiresAtMs: links.expiresAtMs,
      createdAtMs: links.createdAtMs,
    })
    .from(links)
    .leftJoin(collections, eq(collections.id, links.collectionId))
    .where(and(eq(links.workspaceId, workspaceId), page, ...linkConditions(filter)))
    .orderBy(desc(links.id))
    .limit(EXPORT_PAGE);
  return rows.map(({ tags: names, hasPassword, ...columns }) => ({
    ...columns,
    tags: JSON.parse(names) as string[],
    hasPassword: hasPassword === 1,
  }));
}
