/**
 * Cuts a workspace's links into slices of bounded size, so that what reads all of them holds one
 * slice, however many there are and however large each is.
 *
 * The sizes are estimates from the lengths of columns, which SQLite knows without reading them. D1
 * counts two rows for a link, and two for each tag of it: to measure it is one of them.
 */

import { and, type SQL, sql } from "drizzle-orm";

import { batchAround, type Statement } from "../db/batch.ts";
import type { Database } from "../db/database.ts";
import { links, linkTags, variants } from "../db/schema/index.ts";
import { type LinkSource, linkSource, type ResolvedFilter, tablesOf } from "./filter.ts";
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

/** So many links without their parts are read unmeasured: they are 4 MB at most. */
const UNMEASURED_MAX = 101;

/** More than the short columns of a link, and a tag, take. */
const LINK_REST_BYTES = 512;
const TAG_BYTES = 320;
const VARIANT_REST_BYTES = 96;

export interface SliceOf {
  readonly workspaceId: number;
  readonly filter: ResolvedFilter;
  /** Continue with the links older than this one, even if it is gone; null for the newest. */
  readonly beforeId: number | null;
  /** The most links; never more than SLICE_LINKS_MAX. */
  readonly max: number;
  /** The parts that are read besides the columns that are always. */
  readonly parts: ReadonlySet<LinkPart>;
}

interface LinkSize {
  readonly id: number;
  readonly bytes: number;
}

/**
 * Yields the rows of slices, newest first, each read only when the previous one was consumed. A
 * round trip reads the rows of a slice and the sizes of the next.
 *
 * `select` selects the rows of a source, in its order. Whatever is added or deleted meanwhile, no
 * link is left out or read twice.
 */
export async function* readSlices<
  Q extends Statement & { readonly _: { readonly result: readonly unknown[] } },
>(
  db: Database,
  first: SliceOf,
  select: (source: LinkSource & { readonly max?: number }) => Q,
): AsyncGenerator<Q["_"]["result"], undefined> {
  const { workspaceId, filter } = first;
  if (first.parts.size === 0 && first.max <= UNMEASURED_MAX) {
    const source = linkSource(workspaceId, filter, first);
    const [rows] = await batchAround(db, [], [select({ ...source, max: first.max })]);
    if (rows.length > 0) yield rows;
    return;
  }
  let left = first.max;
  let slice = first;
  let sizes = await selectSizes(db, slice);
  for (let cut = cutOf(sizes); cut !== undefined; cut = cutOf(sizes)) {
    const { beforeId } = slice;
    const rows = select(linkSource(workspaceId, filter, { beforeId, fromId: cut.lastId }));
    const isLast = cut.isWhole && sizes.length < limitOf(slice);
    // D1 measures all links that it is asked for: hardly more than the next slice can hold.
    const width = Math.min(SLICE_LINKS_MAX, 2 * cut.links);
    left -= cut.links;
    slice = { ...slice, beforeId: cut.lastId, max: Math.min(left, width) };
    const following = isLast || left <= 0 ? [] : [selectSizes(db, slice)];
    const [found, next] = await batchAround(db, [], [rows, ...following]);
    yield found;
    sizes = next ?? [];
  }
}

function limitOf({ max }: SliceOf): number {
  return Math.min(max, SLICE_LINKS_MAX);
}

function selectSizes(db: Database, slice: SliceOf) {
  const source = linkSource(slice.workspaceId, slice.filter, slice);
  return db.all<LinkSize>(sql`
    select ${links.id} as id, ${bytesOf(slice.parts)} as bytes
    from ${tablesOf(source)} where ${and(...source.where)}
    order by ${source.newestFirst} limit ${limitOf(slice)}`);
}

/** Decides how many of the links fit a slice, at least one; undefined if there are none. */
function cutOf(sizes: readonly LinkSize[]) {
  let bytes = 0;
  let count = 0;
  for (const size of sizes) {
    bytes += size.bytes;
    if (count > 0 && bytes > SLICE_BYTES_MAX) break;
    count += 1;
  }
  const last = sizes[count - 1];
  return last && { lastId: last.id, links: count, isWhole: count === sizes.length };
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
