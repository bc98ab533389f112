/**
 * Reads the links of one workspace. A store without a workspace cannot be made, so neither can a
 * query that shows somebody else's links.
 */

import { and, desc, eq, getTableColumns, gt, gte, inArray, lt, type SQL, sql } from "drizzle-orm";

import type { Database } from "../db/database.ts";
import { collections, links, linkTags, tags, variants } from "../db/schema/index.ts";
import { uuidPrefixOf } from "../platform/uuid.ts";
import type { CollectionRef, Label, Link, LinkRef } from "./link.ts";
import type { QrSettings } from "./qr/settings.ts";
import type { RedirectStatus } from "./route/record.ts";
import type { Rule } from "./rules/rule.ts";
import type { StoredVariant } from "./variants/variant.ts";

export interface LinkFilter {
  /** Part of the code, the title or the destination; ASCII letters match in either case. */
  readonly q?: string | undefined;
  /** A tag's UUID or name. */
  readonly tag?: string | undefined;
  readonly collection?: CollectionRef | undefined;
  readonly domain?: string | undefined;
  readonly isActive?: boolean | undefined;
  readonly isArchived?: boolean | undefined;
  /** Having a start or an end. */
  readonly isScheduled?: boolean | undefined;
  /** Made then or later. */
  readonly createdFromMs?: number | undefined;
  /** Made before then. */
  readonly createdBeforeMs?: number | undefined;
}

export type LinkStore = ReturnType<typeof linkStore>;

/** Gives the reader of a workspace's links. */
export function linkStore(db: Database, workspaceId: number) {
  function select(where: SQL | undefined, qrSettings: SQL = sql`${links.qrSettings}`) {
    return db
      .select({
        ...getTableColumns(links),
        qrSettings: sql<string | null>`${qrSettings}`.as("qr_settings"),
        // Named apart: in a batch, rows are objects, and two columns of one name become one.
        collectionUuid: sql<string | null>`${collections.uuid}`.as("collection_uuid"),
        tags: sql<string>`(
          select json_group_array(json_array(${tags.id}, ${tags.uuid}, ${tags.name}) order by ${tags.name})
          from ${linkTags} join ${tags} on ${tags.id} = ${linkTags.tagId}
          where ${linkTags.linkId} = ${links.id}
        )`.as("tags"),
        variants: sql<string>`(
          select json_group_array(
            json_array(${variants.id}, ${variants.publicId}, ${variants.name}, ${variants.url}, ${variants.weight}, ${variants.isActive})
            order by ${variants.id})
          from ${variants} where ${variants.linkId} = ${links.id}
        )`.as("variants"),
      })
      .from(links)
      .leftJoin(collections, eq(collections.id, links.collectionId))
      .where(where)
      .$dynamic();
  }

  /**
   * Selects single links. The plus keeps SQLite from walking through all links of the workspace,
   * which it takes for as good a way as the index of the identity.
   */
  function selectSome(where: SQL | undefined) {
    return select(and(sql`+${links.workspaceId} = ${workspaceId}`, where));
  }

  return {
    /** Unlike the others it is not run yet, so that a batch can end with it; in no order. */
    selectByUuids(uuids: readonly string[]) {
      return selectSome(
        inArray(links.uuid, sql`(select value from json_each(${JSON.stringify(uuids)}))`),
      );
    },

    async find(ref: LinkRef): Promise<Link | null> {
      const [row] = await selectSome(isLink(ref)).limit(1);
      return row === undefined ? null : linkOf(row);
    },

    /** In the order of the ids; those that are gone are left out. */
    async findByIds(ids: readonly number[]): Promise<Link[]> {
      const rows = await selectSome(
        inArray(links.id, sql`(select value from json_each(${JSON.stringify(ids)}))`),
      );
      const places = new Map(ids.map((id, place) => [id, place]));
      const placeOf = ({ id }: Link): number => places.get(id) ?? 0;
      return rows.map(linkOf).sort((a, b) => placeOf(a) - placeOf(b));
    },

    /**
     * Newest first; `beforeId` goes on after the link with that id, even if it is gone. The logos of
     * QR codes are left out: ten thousand of them would not fit into an isolate.
     */
    async list(
      filter: LinkFilter,
      limit: number,
      beforeId: number | null,
      skipped = 0,
    ): Promise<Link[]> {
      const page = beforeId === null ? undefined : lt(links.id, beforeId);
      const rows = await select(
        and(eq(links.workspaceId, workspaceId), page, ...linkConditions(filter)),
        sql`json_set(${links.qrSettings}, '$.logo', null)`,
      )
        .orderBy(desc(links.id))
        .limit(limit)
        .offset(skipped);
      return rows.map(linkOf);
    },
  };
}

type LinkRow = Awaited<ReturnType<LinkStore["selectByUuids"]>>[number];

/** Makes a link of a row that `selectByUuids` gave. */
export function linkOf(row: LinkRow): Link {
  const { workspaceId: _workspace, publishedVersion: _published, ...columns } = row;
  const { collectionId, collectionUuid, tags: labels, redirectStatus, ...named } = columns;
  const { clicksLimitSince: _since, passwordVersion: _password, ...shown } = named;
  const { abEnabled, abSticky, variants: tested, utmParams, passwordHash, ...rest } = shown;
  return {
    ...rest,
    utm: JSON.parse(utmParams ?? "{}") as Link["utm"],
    hasPassword: passwordHash !== null,
    rules: JSON.parse(rest.rules ?? "[]") as Rule[],
    abTest: {
      enabled: abEnabled,
      sticky: abSticky,
      variants: (JSON.parse(tested) as VariantRow[]).map(variantOf),
    },
    qrSettings: JSON.parse(rest.qrSettings ?? "null") as QrSettings | null,
    tags: (JSON.parse(labels) as [number, string, string][]).map(labelOf),
    collection:
      collectionId === null || collectionUuid === null
        ? null
        : { id: collectionId, uuid: collectionUuid },
    redirectStatus: redirectStatus as RedirectStatus,
  };
}

type VariantRow = readonly [
  numericId: number,
  id: string,
  name: string,
  url: string,
  weight: number,
  active: 0 | 1,
];

function variantOf([numericId, id, name, url, weight, active]: VariantRow): StoredVariant {
  return { numericId, id, name, url, weight, active: active === 1 };
}

function labelOf([id, uuid, name]: readonly [number, string, string]): Label {
  return { id, uuid, name };
}

function isLink(ref: LinkRef): SQL | undefined {
  if ("id" in ref) return eq(links.id, ref.id);
  if ("uuid" in ref) return eq(links.uuid, ref.uuid);
  const prefix = uuidPrefixOf(ref.objectId);
  if (prefix === null) return sql`false`;
  // "g" follows the last hex digit: the range is all UUIDs that begin so, found in the unique index.
  return and(gt(links.uuid, prefix), lt(links.uuid, `${prefix}g`));
}

/** Gives what a filter asks of `links`, joined with `collections`; whose links is said by the caller. */
export function linkConditions({
  q,
  tag,
  collection,
  domain,
  isActive,
  isArchived,
  isScheduled,
  createdFromMs,
  createdBeforeMs,
}: LinkFilter): SQL[] {
  const wanted: SQL[] = [];
  if (q !== undefined && q !== "") {
    // Not LIKE: D1 refuses patterns beyond 50 bytes, and `%` in a search means itself.
    const found = [links.code, links.title, links.destinationUrl].map(
      (column) => sql`instr(lower(${column}), lower(${q})) > 0`,
    );
    wanted.push(sql`(${sql.join(found, sql` or `)})`);
  }
  if (tag !== undefined) {
    wanted.push(sql`exists (
      select 1 from ${linkTags} join ${tags} on ${tags.id} = ${linkTags.tagId}
      where ${linkTags.linkId} = ${links.id} and (${tags.uuid} = ${tag} or ${tags.name} = ${tag})
    )`);
  }
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
