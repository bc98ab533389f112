/** The filters that lists and exports of links share. */

import { eq, gte, lt, type SQL, sql } from "drizzle-orm";

import { collections, links, linkTags, tags } from "../db/schema/index.ts";
import { folded } from "./folded.ts";
import { keysLike } from "./label-key.ts";
import type { CollectionRef } from "./link.ts";

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

/**
 * Returns a filter's conditions on `links` of a workspace joined with `collections`. The caller adds
 * the condition on the workspace.
 */
export function linkConditions(
  workspaceId: number,
  {
    q,
    tag,
    collection,
    domain,
    isActive,
    isArchived,
    isScheduled,
    createdFromMs,
    createdBeforeMs,
  }: LinkFilter,
): SQL[] {
  const wanted: SQL[] = [];
  if (q !== undefined && q !== "") {
    // Not LIKE: D1 refuses patterns longer than 50 bytes, and `%` in a search is literal.
    const found = [
      sql`lower(${links.code})`,
      sql`coalesce(${links.titleFolded}, lower(${links.title}))`,
      sql`coalesce(${links.destinationFolded}, lower(${links.destinationUrl}))`,
    ].map((text) => sql`instr(${text}, ${folded(q)}) > 0`);
    wanted.push(sql`(${sql.join(found, sql` or `)})`);
  }
  if (tag !== undefined) wanted.push(...hasTag(workspaceId, tag));
  if (typeof collection === "string") wanted.push(eq(collections.uuid, collection));
  if (typeof collection === "number") wanted.push(eq(collections.id, collection));
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

/**
 * Returns the conditions on links with a tag. The range of their ids keeps SQLite from reading each
 * link of the workspace in vain for a tag that does not exist, or is on old links only.
 */
function hasTag(workspaceId: number, tag: string): SQL[] {
  const [from, to] = keysLike(tag);
  const found = sql`(
    select id from ${tags} where uuid = ${tag} and +workspace_id = ${workspaceId}
    union select id from ${tags}
    where workspace_id = ${workspaceId} and name_key >= ${from} and name_key < ${to}
  )`;
  const last = sql`(select max(link_id) from ${linkTags} where tag_id = found.id)`;
  return [
    sql`${links.id} <= (select max(${last}) from ${found} as found)`,
    sql`exists (
      select 1 from ${linkTags} where ${linkTags.linkId} = ${links.id} and ${linkTags.tagId} in ${found}
    )`,
  ];
}
