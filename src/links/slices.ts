/**
 * Cuts a workspace's links into slices of bounded size, so that what reads all of them holds one
 * slice, however many there are and however large each is.
 *
 * The sizes are estimates from the lengths of columns, which SQLite knows without reading them. D1
 * counts five rows for a link: measuring and adding up are three of them, the link and its tags the
 * others.
 */

import { and, desc, eq, lt, type SQL, sql } from "drizzle-orm";

import type { Database } from "../db/database.ts";
import { collections, links, linkTags, variants } from "../db/schema/index.ts";
import { type LinkFilter, linkConditions } from "./filter.ts";
import type { LinkPart } from "./link.ts";

/**
 * The bytes of a slice: they are parsed in one go, which takes some five milliseconds of the thread.
 * The thousand queries that one invocation may make read 500 MB.
 */
export const SLICE_BYTES_MAX = 512 * 1024;
/**
 * The links of a slice: a hundred thousand take two hundred queries, far below the thousand that one
 * invocation may make.
 */
export const SLICE_LINKS_MAX = 500;

/** What a link counts at most, so that a slice with this much room left was not cut. */
const LINK_BYTES_COUNTED = 320 * 1024;
/** More than the short columns of a link, and a tag, take. */
const LINK_REST_BYTES = 512;
const TAG_BYTES = 320;
const VARIANT_REST_BYTES = 96;

export interface SliceOf {
  readonly workspaceId: number;
  readonly filter: LinkFilter;
  /** Continue with the links older than this one, even if it is gone; null for the newest. */
  readonly beforeId: number | null;
  /** The most links; never more than SLICE_LINKS_MAX. */
  readonly max: number;
  /** The parts that are read besides the columns that are always. */
  readonly parts: ReadonlySet<LinkPart>;
}

/** What a row of a slice tells besides its link: the size of all links up to it. */
export const SLICE_COLUMNS = { total: sql<number>`slice.total`.as("total") };

/** Returns a table `slice` of ids, newest first, to join with `links`. */
export function sliceOf(db: Database, { workspaceId, filter, beforeId, max, parts }: SliceOf): SQL {
  const older = beforeId === null ? undefined : lt(links.id, beforeId);
  const measured = db
    .select({ id: links.id, bytes: bytesOf(parts).as("bytes") })
    .from(links)
    .leftJoin(collections, eq(collections.id, links.collectionId))
    .where(and(eq(links.workspaceId, workspaceId), older, ...linkConditions(workspaceId, filter)))
    .orderBy(desc(links.id))
    .limit(Math.min(max, SLICE_LINKS_MAX));
  return sql`(
    select id, total from (
      select id, sum(min(bytes, ${LINK_BYTES_COUNTED})) over (
        order by id desc rows unbounded preceding
      ) as total from (${measured.getSQL()})
    ) where total <= ${SLICE_BYTES_MAX}
  ) as slice`;
}

/** Sorts a slice. In SQL it would count as one more row for each link. */
export function newestFirst<Row extends { readonly id: number }>(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) => b.id - a.id);
}

/**
 * Whether no links follow a slice. False may also mean that none do: a slice that is full, or nearly
 * so, does not know.
 */
export function isLastSlice(rows: readonly { readonly total: number }[], max: number): boolean {
  const total = rows.at(-1)?.total ?? 0;
  const isFull = rows.length >= Math.min(max, SLICE_LINKS_MAX);
  return rows.length === 0 || (!isFull && total <= SLICE_BYTES_MAX - LINK_BYTES_COUNTED);
}

/** The columns of a slice's links, and the variants, in bytes. */
function bytesOf(parts: ReadonlySet<LinkPart>): SQL {
  const columns = [
    links.destinationUrl,
    links.expiredUrl,
    links.limitReachedUrl,
    links.social,
    links.title,
    links.description,
    links.utmParams,
    ...(parts.has("rules") ? [links.rules] : []),
    ...(parts.has("qrSettings") ? [links.qrSettings] : []),
  ].map((column) => sql`coalesce(octet_length(${column}), 0)`);
  const tagged = sql`(select count(*) from ${linkTags} where ${linkTags.linkId} = ${links.id})`;
  const tested = sql`coalesce((
    select sum(octet_length(${variants.url}) + octet_length(${variants.name})
      + octet_length(${variants.publicId}) + ${VARIANT_REST_BYTES})
    from ${variants} where ${variants.linkId} = ${links.id}
  ), 0)`;
  return sql.join(
    [
      sql`${LINK_REST_BYTES}`,
      ...columns,
      sql`${TAG_BYTES} * ${tagged}`,
      ...(parts.has("abTest") ? [tested] : []),
    ],
    sql` + `,
  );
}
