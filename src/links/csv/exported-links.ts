/** Reads the links of one workspace for an export: without rules, variants and logos. */

import { and, sql } from "drizzle-orm";

import type { Database } from "../../db/database.ts";
import { links } from "../../db/schema/index.ts";
import { type LinkFilter, type LinkSource, resolveFilter } from "../filter.ts";
import { readSlices } from "../slices.ts";
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

/** Reads a workspace's links in slices, newest first; see `readSlices`. */
export async function* readExported(
  db: Database,
  workspaceId: number,
  filter: LinkFilter,
): AsyncGenerator<ExportedLink[], undefined> {
  const resolved = await resolveFilter(db, workspaceId, filter);
  if (resolved === null) return;
  const newest = { workspaceId, filter: resolved, beforeId: null, max: Infinity, parts: NO_PARTS };
  for await (const rows of readSlices(db, newest, (source) => select(db, source))) {
    yield rows.map(({ tags: names, hasPassword, social, ...columns }) => ({
      ...columns,
      tags: JSON.parse(names) as string[],
      hasPassword: hasPassword === 1,
      social: JSON.parse(social ?? "null") as SocialCard | null,
    }));
  }
}

const NO_PARTS: ReadonlySet<never> = new Set();

function select(db: Database, { first, where, newestFirst }: LinkSource) {
  const selected = db.select({
    id: links.id,
    domain: links.domain,
    parkedDomain: links.parkedDomain,
    code: links.code,
    destinationUrl: links.destinationUrl,
    title: links.title,
    description: links.description,
    externalId: links.externalId,
    // Written out: drizzle would leave out the names of tables in a select from one table.
    tags: sql<string>`(
      select json_group_array(tags.name order by tags.name)
      from link_tags join tags on tags.id = link_tags.tag_id where link_tags.link_id = links.id
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
  });
  // Both have the columns of `links`; only their types differ.
  const joined =
    first === null
      ? selected.from(links)
      : (selected.from(first).crossJoin(links) as unknown as ReturnType<
          typeof selected.from<typeof links>
        >);
  return joined.where(and(...where)).orderBy(newestFirst);
}
