/**
 * Reads the links of one workspace. A store without a workspace cannot be made, so neither can a
 * query that shows somebody else's links.
 */

import { and, eq, gt, inArray, lt, type SQL, sql } from "drizzle-orm";

import type { Database } from "../db/database.ts";
import { links } from "../db/schema/index.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { uuidPrefixOf } from "../platform/uuid.ts";
import type { LinkNotFound } from "./errors.ts";
import { selectLinks, toLink } from "./link-row.ts";
import type { Link, LinkRef } from "./link.ts";
import { linkLists } from "./lists.ts";

/** What reports tell of a link. */
export type LinkField = "uuid" | "code" | "title" | "destinationUrl" | "createdAtMs";

export type LinkName<Told extends LinkField> = Pick<Link, "id" | Told>;

export interface WantedNames<Told extends LinkField> {
  readonly ids: readonly number[];
  /** What is read of each link besides its id. */
  readonly fields: readonly Told[];
  /** So many of those that are still there; all of them without it. */
  readonly max?: number;
}

export type LinkStore = ReturnType<typeof linkStore>;

/** Returns the reader of a workspace's links. */
export function linkStore(db: Database, workspaceId: number) {
  /**
   * Selects single links. The plus keeps SQLite from walking through all links of the workspace,
   * which it takes for as good a way as the index of the identity.
   */
  function select(where: SQL | undefined) {
    return selectLinks(db, and(sql`+${links.workspaceId} = ${workspaceId}`, where));
  }

  /**
   * Selects what links are called, in the order of the ids; those that are gone are left out, and the
   * next move up. It is not run yet, so that a batch can hold it.
   *
   * Reads two rows an id, and none for ids behind the last that is named: `json_each` gives them one
   * by one, in the order of its rowid.
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

    /** Another workspace's link is as unknown as none. */
    async find(ref: LinkRef): Promise<Result<Link, LinkNotFound>> {
      const [row] = await select(isLink(ref)).limit(1);
      return row === undefined ? err({ reason: "link_not_found" }) : ok(toLink(row));
    },

    /** In the order of the ids; those that are gone are left out. */
    async findByIds(ids: readonly number[]): Promise<Link[]> {
      const rows = await select(
        inArray(links.id, sql`(select value from json_each(${JSON.stringify(ids)}))`),
      );
      const places = new Map(ids.map((id, place) => [id, place]));
      const placeOf = ({ id }: Link): number => places.get(id) ?? 0;
      return rows.map(toLink).sort((a, b) => placeOf(a) - placeOf(b));
    },

    /** Rows for `toLink`, in no order. It is not run yet, so that a batch can end with it. */
    selectByUuids(uuids: readonly string[]) {
      return select(
        inArray(links.uuid, sql`(select value from json_each(${JSON.stringify(uuids)}))`),
      );
    },

    selectNames,

    /** Finds what `selectNames` selects, and asks for nothing where nothing is wanted. */
    async findNames<Told extends LinkField>(wanted: WantedNames<Told>): Promise<LinkName<Told>[]> {
      return wanted.ids.length === 0 ? [] : await selectNames(wanted);
    },
  };
}

/**
 * Whether any workspace at all has a link: for an API that must tell another workspace's from none.
 * The one query here that is bound to no workspace, and it shows nothing of the link.
 */
export async function linkExists(db: Database, objectId: string): Promise<boolean> {
  const [found] = await db
    .select({ one: sql`1` })
    .from(links)
    .where(isLink({ objectId }))
    .limit(1);
  return found !== undefined;
}

function isLink(ref: LinkRef): SQL | undefined {
  if ("id" in ref) return eq(links.id, ref.id);
  if ("uuid" in ref) return eq(links.uuid, ref.uuid);
  const prefix = uuidPrefixOf(ref.objectId);
  if (prefix === null) return sql`false`;
  // "g" follows the last hex digit: the range is all UUIDs that begin so, found in the unique index.
  return and(gt(links.uuid, prefix), lt(links.uuid, `${prefix}g`));
}
