/** The filters that lists and exports of links share. */

import { eq, gte, lt, type SQL, sql } from "drizzle-orm";

import type { Database } from "../db/database.ts";
import { collections, links, linkTags, tags } from "../db/schema/index.ts";
import { folded } from "./folded.ts";
import { keysLike } from "./label-key.ts";
import type { CollectionRef } from "./link.ts";
import { NEWEST_MATCH, SEARCHED, searchConditions } from "./search-index.ts";

export interface LinkFilter {
  /** A part of the code, the title or the destination; case and accents do not matter. */
  readonly q?: string | undefined;
  /** A tag's UUID or name; case and accents do not matter. */
  readonly tag?: string | undefined;
  readonly collection?: CollectionRef | undefined;
  readonly domain?: string | undefined;
  readonly isActive?: boolean | undefined;
  readonly isArchived?: boolean | undefined;
  /** Whether the link has a start or an end. */
  readonly isScheduled?: boolean | undefined;
  /** Created at this time or later. */
  readonly createdFromMs?: number | undefined;
  /** Created before this time. */
  readonly createdBeforeMs?: number | undefined;
}

/** A filter whose tag and collection are looked up. */
export interface ResolvedFilter extends Omit<LinkFilter, "tag" | "collection"> {
  /** The tags that are alike: a link has any of them. */
  readonly tagIds?: readonly number[];
  readonly collectionId?: number;
}

/** Looks up the labels of a filter; null if one of them does not exist, so that no link has it. */
export async function resolveFilter(
  db: Database,
  workspaceId: number,
  { tag, collection, ...rest }: LinkFilter,
): Promise<ResolvedFilter | null> {
  const [tagIds, collectionIds] = await Promise.all([
    tag === undefined ? undefined : idsOf(db, tagsLike(workspaceId, tag)),
    collection === undefined ? undefined : idsOf(db, collectionOf(workspaceId, collection)),
  ]);
  if (tagIds?.length === 0 || collectionIds?.length === 0) return null;
  const [collectionId] = collectionIds ?? [];
  return {
    ...rest,
    ...(tagIds && { tagIds }),
    ...(collectionId !== undefined && { collectionId }),
  };
}

async function idsOf(db: Database, select: SQL): Promise<number[]> {
  return (await db.all<{ id: number }>(select)).map(({ id }) => id);
}

function tagsLike(workspaceId: number, tag: string): SQL {
  const [from, to] = keysLike(tag);
  return sql`
    select id from ${tags} where uuid = ${tag} and +workspace_id = ${workspaceId}
    union select id from ${tags}
    where workspace_id = ${workspaceId} and name_key >= ${from} and name_key < ${to}`;
}

function collectionOf(workspaceId: number, collection: CollectionRef): SQL {
  const named = typeof collection === "string" ? sql`uuid` : sql`id`;
  return sql`select id from ${collections} where ${named} = ${collection} and +workspace_id = ${workspaceId}`;
}

/** Where the links of a filter are read from, by the index that skips the most. */
export interface LinkSource {
  /** What is read before `links`, and joined with it in this order; null for nothing. */
  readonly first: SQL | null;
  readonly where: readonly SQL[];
  readonly newestFirst: SQL;
}

/** A part of a list, by the ids of its links. */
export interface Span {
  /** Only older links. */
  readonly beforeId?: number | null;
  /** Only this link and newer ones. */
  readonly fromId?: number;
}

/** Returns the source of a workspace's links that match a filter, within a part of their list. */
export function linkSource(
  workspaceId: number,
  filter: ResolvedFilter,
  span: Span = {},
): LinkSource {
  const { q, tagIds = [], collectionId } = filter;
  const conditions = linkConditions(filter);
  // The plus keeps SQLite from beginning with another index.
  const mine = sql`+${links.workspaceId} = ${workspaceId}`;
  if (isSearch(q)) {
    return {
      first: SEARCHED,
      where: [...searchConditions(workspaceId, q, span), mine, ...hasAny(tagIds), ...conditions],
      newestFirst: NEWEST_MATCH,
    };
  }
  const [tagId] = tagIds;
  if (tagId !== undefined && tagIds.length === 1) {
    const id = sql`tagged.link_id`;
    return {
      first: sql`${linkTags} as tagged`,
      where: [
        sql`${links.id} = ${id}`,
        sql`tagged.tag_id = ${tagId}`,
        ...within(id, span),
        mine,
        ...conditions,
      ],
      newestFirst: sql`${id} desc`,
    };
  }
  return {
    first: null,
    where: [
      collectionId === undefined ? eq(links.workspaceId, workspaceId) : mine,
      ...within(sql`${links.id}`, span),
      ...hasAny(tagIds),
      ...conditions,
    ],
    newestFirst: sql`${links.id} desc`,
  };
}

function within(id: SQL, { beforeId = null, fromId }: Span): SQL[] {
  return [
    ...(beforeId === null ? [] : [sql`${id} < ${beforeId}`]),
    ...(fromId === undefined ? [] : [sql`${id} >= ${fromId}`]),
  ];
}

/** Returns the tables of a source in SQL. */
export function tablesOf({ first }: LinkSource): SQL {
  return first === null ? sql`${links}` : sql`${first} cross join ${links}`;
}

/** Whether a filter leaves out any link. */
export function isFiltered(filter: LinkFilter): boolean {
  return Object.entries(filter).some(([name, value]) =>
    name === "q" ? isSearch(filter.q) : value !== undefined,
  );
}

function isSearch(q: string | undefined): q is string {
  return q !== undefined && folded(q) !== "";
}

/** The range of ids spares links that are newer than all that have one of the tags. */
function hasAny(tagIds: readonly number[]): SQL[] {
  if (tagIds.length === 0) return [];
  const ids = sql`(select value from json_each(${JSON.stringify(tagIds)}))`;
  const last = sql`(select max(link_id) from ${linkTags} where tag_id = one.value)`;
  return [
    sql`${links.id} <= (select max(${last}) from json_each(${JSON.stringify(tagIds)}) as one)`,
    sql`exists (
      select 1 from ${linkTags} where ${linkTags.linkId} = ${links.id} and ${linkTags.tagId} in ${ids}
    )`,
  ];
}

/** Returns a filter's conditions on columns of `links`. */
function linkConditions({
  collectionId,
  domain,
  isActive,
  isArchived,
  isScheduled,
  createdFromMs,
  createdBeforeMs,
}: ResolvedFilter): SQL[] {
  const wanted: SQL[] = [];
  if (collectionId !== undefined) wanted.push(eq(links.collectionId, collectionId));
  if (domain !== undefined) wanted.push(eq(links.domain, domain));
  if (isActive !== undefined) wanted.push(eq(links.isActive, isActive));
  if (isArchived !== undefined) {
    wanted.push(sql`${links.archivedAtMs} is ${isArchived ? sql`not null` : sql`null`}`);
  }
  if (isScheduled !== undefined) {
    const times = sql`coalesce(${links.startsAtMs}, ${links.endsAtMs})`;
    wanted.push(sql`${times} is ${isScheduled ? sql`not null` : sql`null`}`);
  }
  if (createdFromMs !== undefined) wanted.push(gte(links.createdAtMs, createdFromMs));
  if (createdBeforeMs !== undefined) wanted.push(lt(links.createdAtMs, createdBeforeMs));
  return wanted;
}
