/** Reads the links of one workspace for an export: without rules, variants and logos. */

import { sql } from "drizzle-orm";

import type { Database } from "../../db/database.ts";
import { links, linkTags, tags } from "../../db/schema/index.ts";
import type { LinkFilter } from "../filter.ts";
import { isLastSlice, newestFirst, SLICE_COLUMNS, SLICE_LINKS_MAX, sliceOf } from "../slices.ts";
import type { SocialCard } from "../social.ts";

export interface ExportedLink {
  readonly id: number;
  readonly domain: string | null;
  /** The host name of a parked link, which is still shown. */
  readonly parkedDomain: string | null;
  readonly code: string;
  readonly destinationUrl: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly externalId: string | null;
  /** Sorted by name. */
  readonly tags: readonly string[];
  readonly isActive: boolean;
  readonly archivedAtMs: number | null;
  readonly hasPassword: boolean;
  readonly expiresAtMs: number | null;
  readonly expiredUrl: string | null;
  readonly clicksLimit: number | null;
  readonly limitReachedUrl: string | null;
  readonly forwardQuery: boolean;
  readonly forwardPath: boolean;
  readonly social: SocialCard | null;
  readonly crawlable: boolean;
  readonly createdAtMs: number;
}

export interface ExportSlice {
  readonly links: readonly ExportedLink[];
  readonly isLast: boolean;
}

/** Reads a slice, newest first; with `beforeId` it continues after that link, even if it is gone. */
export async function readExportSlice(
  db: Database,
  workspaceId: number,
  filter: LinkFilter,
  beforeId: number | null,
): Promise<ExportSlice> {
  const cut = { workspaceId, filter, beforeId, max: SLICE_LINKS_MAX, parts: new Set<never>() };
  const found = await db
    .select({
      id: links.id,
      domain: links.domain,
      parkedDomain: links.parkedDomain,
      code: links.code,
      destinationUrl: links.destinationUrl,
      title: links.title,
      description: links.description,
      externalId: links.externalId,
      tags: sql<string>`(
        select json_group_array(${tags.name} order by ${tags.name})
        from ${linkTags} join ${tags} on ${tags.id} = ${linkTags.tagId}
        where ${linkTags.linkId} = ${links.id}
      )`,
      isActive: links.isActive,
      archivedAtMs: links.archivedAtMs,
      hasPassword: sql<0 | 1>`${links.passwordHash} is not null`,
      expiresAtMs: links.expiresAtMs,
      expiredUrl: links.expiredUrl,
      clicksLimit: links.clicksLimit,
      limitReachedUrl: links.limitReachedUrl,
      forwardQuery: links.forwardQuery,
      forwardPath: links.forwardPath,
      social: links.social,
      crawlable: links.crawlable,
      createdAtMs: links.createdAtMs,
      ...SLICE_COLUMNS,
    })
    .from(sliceOf(db, cut))
    .innerJoin(links, sql`${links.id} = slice.id`);
  const rows = newestFirst(found);
  return {
    links: rows.map(({ tags: names, hasPassword, social, total: _total, ...columns }) => ({
      ...columns,
      tags: JSON.parse(names) as string[],
      hasPassword: hasPassword === 1,
      social: JSON.parse(social ?? "null") as SocialCard | null,
    })),
    isLast: isLastSlice(rows, SLICE_LINKS_MAX),
  };
}
