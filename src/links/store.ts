/**
 * Reads the links of one workspace. A store cannot be created without a workspace, so no query can
 * return another workspace's links.
 */

import { and, desc, eq, gt, inArray, isNull, lt, or, type SQL, sql, sum } from "drizzle-orm";

import type { Database } from "../db/database.ts";
import { links } from "../db/schema/index.ts";
import { mapInSlices } from "../platform/pauses.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { uuidPrefixOf } from "../platform/uuid.ts";
import { destinationHash } from "./destination-hash.ts";
import type { LinkNotFound } from "./errors.ts";
import { selectLinks, toLink, toListedLink } from "./link-row.ts";
import {
  type Link,
  LINK_PARTS,
  type LinkKey,
  type LinkPart,
  type LinkRef,
  type ListedLink,
} from "./link.ts";
import { linkLists } from "./lists.ts";

/** The fields of a link that reports show. */
export type LinkField = "uuid" | "code" | "title" | "destinationUrl" | "createdAtMs";

export type LinkName<Told extends LinkField> = Pick<Link, "id" | Told>;

export interface WantedNames<Told extends LinkField> {
  readonly ids: readonly number[];
  /** The fields to read of each link, besides its id. */
  readonly fields: readonly Told[];
  /** The most existing links to return; all if absent. */
  readonly max?: number;
}

/** The links without parts that are read at once: 3 MB, if all are as large as they may be. */
const UUIDS_AT_ONCE = 100;
/** The most bytes of links that are read whole at once. */
const WHOLE_BYTES_MAX = 8 * 1024 * 1024;

/** Links that are converted before a pause: a millisecond or two of the thread. */
const CONVERTED_AT_ONCE = 200;

export type LinkStore = ReturnType<typeof linkStore>;

/** Returns the reader of a workspace's links. */
export function linkStore(db: Database, workspaceId: number) {
  /**
   * Selects single links. The plus keeps SQLite from scanning all links of the workspace, which it
   * rates as good as the index of the identifier.
   */
  function select(where: SQL | undefined) {
    return selectLinks(db, and(sql`+${links.workspaceId} = ${workspaceId}`, where));
  }

  /**
   * Selects the names of links, in the order of the ids; deleted links are left out and do not
   * count towards `max`. Does not run the query, so that it can be part of a batch.
   *
   * Reads two rows per id, and none for ids after the last one returned: `json_each` yields them
   * one by one, in the order of its rowid.
   */
  function selectNames<Told extends LinkField>({
    ids,
    fields,
    max = ids.length,
  }: WantedNames<Told>) {
    const columns = ["id" as const, ...fields].map(
      (field) => sql`${links[field]} as ${sql.identifier(field)}`,
    );
    return db.all<LinkName<Told>>(sql`
      select ${sql.join(columns, sql`, `)}
      from json_each(${JSON.stringify(ids)}) as wanted
      cross join ${links} on ${links.id} = wanted.value
      where +${links.workspaceId} = ${workspaceId}
      order by wanted.rowid
      limit ${max}
    `);
  }

  return {
    ...linkLists(db, workspaceId),

    /** Finds a link. Another workspace's link is refused just like one that does not exist. */
    async find(ref: LinkRef): Promise<Result<Link, LinkNotFound>> {
      const [row] = await select(isLink(ref)).limit(1);
      return row === undefined ? err({ reason: "link_not_found" }) : ok(toLink(row));
    },

    /** Looks a link up. Another workspace's link is refused just like one that does not exist. */
    async findBy(key: LinkKey): Promise<Result<Link, LinkNotFound>> {
      const [row] = await selectLinks(db, hasKey(key, workspaceId))
        .orderBy(desc(links.id))
        .limit(1);
      return row === undefined ? err({ reason: "link_not_found" }) : ok(toLink(row));
    },

    /** In the order of the ids; deleted links are left out. */
    async findByIds(ids: readonly number[]): Promise<Link[]> {
      const rows = await select(
        inArray(links.id, sql`(select value from json_each(${JSON.stringify(ids)}))`),
      );
      const places = new Map(ids.map((id, place) => [id, place]));
      const placeOf = ({ id }: Link): number => places.get(id) ?? 0;
      return rows.map(toLink).sort((a, b) => placeOf(a) - placeOf(b));
    },

    /** Reads many links without their parts, in slices; those that do not exist are left out. */
    async *walkUuids(uuids: readonly string[]): AsyncGenerator<ListedLink, undefined> {
      for (let at = 0; at < uuids.length; at += UUIDS_AT_ONCE) {
        const json = JSON.stringify(uuids.slice(at, at + UUIDS_AT_ONCE));
        const wanted = inArray(links.uuid, sql`(select value from json_each(${json}))`);
        const mine = and(sql`+${links.workspaceId} = ${workspaceId}`, wanted);
        const rows = await selectLinks(db, mine, new Set());
        yield* rows.map((row) => toListedLink(row, new Set()));
      }
    },

    /**
     * Finds many links, in no particular order: whole, or without their parts if they are too large
     * together for one answer.
     */
    async findMany(ids: readonly number[]): Promise<ListedLink[]> {
      const wanted = inArray(links.id, sql`(select value from json_each(${JSON.stringify(ids)}))`);
      const mine = and(sql`+${links.workspaceId} = ${workspaceId}`, wanted);
      const [size] = await db
        .select({ bytes: sum(links.bytes) })
        .from(links)
        .where(mine);
      const isLarge = Number(size?.bytes ?? 0) > WHOLE_BYTES_MAX;
      const parts = new Set<LinkPart>(isLarge ? [] : LINK_PARTS);
      const rows = await selectLinks(db, mine, parts);
      return mapInSlices(rows, CONVERTED_AT_ONCE, (row) => toListedLink(row, parts));
    },

    /**
     * Selects rows for `toLink`, in no particular order. Does not run the query, so that it can end
     * a batch.
     */
    selectByUuids(uuids: readonly string[]) {
      return select(
        inArray(links.uuid, sql`(select value from json_each(${JSON.stringify(uuids)}))`),
      );
    },

    selectNames,

    /** Runs `selectNames`; makes no query if no link is wanted. */
    async findNames<Told extends LinkField>(wanted: WantedNames<Told>): Promise<LinkName<Told>[]> {
      return wanted.ids.length === 0 ? [] : await selectNames(wanted);
    },
  };
}

/**
 * Whether any workspace has a link: for an API that must tell another workspace's link from none.
 * The only query here that is not bound to a workspace; it reveals nothing else about the link.
 */
export async function linkExists(db: Database, objectId: string): Promise<boolean> {
  const [found] = await db
    .select({ one: sql`1` })
    .from(links)
    .where(isLink({ objectId }))
    .limit(1);
  return found !== undefined;
}

/** Each condition is an index of its own; a parked link is found at the address that it shows. */
function hasKey(key: LinkKey, workspaceId: number): SQL | undefined {
  const mine = eq(links.workspaceId, workspaceId);
  if ("externalId" in key) return and(eq(links.externalId, key.externalId), mine);
  if ("destinationUrl" in key) {
    const { destinationUrl, domain: on } = key;
    return and(
      eq(links.destinationHash, destinationHash(destinationUrl)),
      mine,
      eq(links.destinationUrl, destinationUrl),
      ...(on === undefined ? [] : [eq(links.domain, on), isNull(links.archivedAtMs)]),
    );
  }
  const { domain, code } = key;
  const isServed = and(eq(links.domain, domain), eq(links.code, code));
  const isParked = and(eq(links.parkedDomain, domain), mine, eq(links.code, code));
  return and(sql`+${links.workspaceId} = ${workspaceId}`, or(isServed, isParked));
}

function isLink(ref: LinkRef): SQL | undefined {
  if ("id" in ref) return eq(links.id, ref.id);
  if ("uuid" in ref) return eq(links.uuid, ref.uuid);
  const prefix = uuidPrefixOf(ref.objectId);
  if (prefix === null) return sql`false`;
  // "g" follows the last hex digit, so the range holds all UUIDs with this prefix and uses the
  // unique index.
  return and(gt(links.uuid, prefix), lt(links.uuid, `${prefix}g`));
}
