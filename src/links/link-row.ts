/** How links are read from D1: what is selected, and how a row is converted. */

import { eq, getTableColumns, type SQL, sql } from "drizzle-orm";

import type { Database } from "../db/database.ts";
import { collections, links, linkTags, tags, variants } from "../db/schema/index.ts";
import { type Label, type Link, LINK_PARTS, type LinkPart, type ListedLink } from "./link.ts";
import type { QrSettings } from "./qr/settings.ts";
import type { RedirectStatus } from "./route/record.ts";
import type { Rule } from "./rules/rule.ts";
import type { SocialCard } from "./social.ts";
import type { StoredVariant } from "./variants/variant.ts";

/** The columns of links, joined with `collections`, and of their parts only those wanted. */
export function linkColumns(parts: ReadonlySet<LinkPart>) {
  const {
    rules,
    qrSettings,
    titleFolded: _title,
    destinationFolded: _destination,
    destinationHash: _hash,
    ...columns
  } = getTableColumns(links);
  return {
    ...columns,
    rules: sql<string | null>`${parts.has("rules") ? rules : null}`.as("rules"),
    qrSettings: sql<string | null>`${parts.has("qrSettings") ? qrSettings : null}`.as(
      "qr_settings",
    ),
    // Aliased, because rows of a batch are objects, in which two columns with one name collide.
    collectionUuid: sql<string | null>`${collections.uuid}`.as("collection_uuid"),
    tags: TAGS.as("tags"),
    variants: (parts.has("abTest") ? VARIANTS : sql<string>`'[]'`).as("variants"),
  };
}

const TAGS = sql<string>`(
  select json_group_array(json_array(${tags.id}, ${tags.uuid}, ${tags.name}) order by ${tags.name})
  from ${linkTags} join ${tags} on ${tags.id} = ${linkTags.tagId}
  where ${linkTags.linkId} = ${links.id}
)`;

const VARIANTS = sql<string>`(
  select json_group_array(
    json_array(${variants.id}, ${variants.publicId}, ${variants.name}, ${variants.url}, ${variants.weight}, ${variants.isActive})
    order by ${variants.id})
  from ${variants} where ${variants.linkId} = ${links.id}
)`;

const WHOLE: ReadonlySet<LinkPart> = new Set(LINK_PARTS);

/**
 * Selects links, joined with `collections`; whole ones, unless parts are named. Does not run the
 * query, so that it can be part of a batch.
 */
export function selectLinks(
  db: Database,
  where: SQL | undefined,
  parts: ReadonlySet<LinkPart> = WHOLE,
) {
  return db
    .select(linkColumns(parts))
    .from(links)
    .leftJoin(collections, eq(collections.id, links.collectionId))
    .where(where)
    .$dynamic();
}

type LinkRow = Awaited<ReturnType<typeof selectLinks>>[number];

/** Converts a row of `selectLinks`. */
export function toLink(row: LinkRow): Link {
  return {
    ...plainOf(row),
    ...PARTS_OF.rules(row),
    ...PARTS_OF.abTest(row),
    ...PARTS_OF.qrSettings(row),
  };
}

/** What only D1 knows of a link that was just inserted. */
export interface InsertedRow {
  readonly id: number;
  readonly uuid: string;
  readonly collectionUuid: string | null;
  readonly tags: string;
  readonly variants: string;
}

/**
 * Selects the rows for `toInsertedLink` of those links that were inserted, in no particular order:
 * what was sent to D1 is not read back, since an import has ten thousand. Does not run the query, so
 * that it can be part of the batch.
 */
export function selectInserted(db: Database, workspaceId: number, uuids: readonly string[]) {
  return db.all<InsertedRow>(sql`
    select ${links.id} as id, ${links.uuid} as uuid, ${collections.uuid} as "collectionUuid",
      ${TAGS} as tags, ${VARIANTS} as variants
    from ${links} left join ${collections} on ${collections.id} = ${links.collectionId}
    where +${links.workspaceId} = ${workspaceId}
      and ${links.uuid} in (select value from json_each(${JSON.stringify(uuids)}))`);
}

/** An absent column has its default. */
type InsertedColumns = Pick<LinkRow, "userId" | "createdAtMs"> & {
  readonly [Column in keyof LinkRow]?: LinkRow[Column] | undefined;
};

/** Converts a row of `selectInserted`, with the columns that were inserted. */
export function toInsertedLink(columns: InsertedColumns, inserted: InsertedRow): Link {
  const row = { ...DEFAULTS, ...columns, updatedAtMs: columns.createdAtMs, ...inserted };
  return toLink(row as LinkRow);
}

/** What the table gives a row without a value. */
const DEFAULTS = Object.fromEntries(
  Object.entries(getTableColumns(links)).map(([name, column]) => [name, column.default ?? null]),
) as LinkRow;

/** Converts a row of `linkColumns`, of which only these parts were read. */
export function toListedLink(row: LinkRow, parts: ReadonlySet<LinkPart>): ListedLink {
  return Object.assign(
    plainOf(row),
    ...[...parts].map((part) => PARTS_OF[part](row)),
  ) as ListedLink;
}

const PARTS_OF = {
  rules: ({ rules }) => ({ rules: JSON.parse(rules ?? "[]") as Rule[] }),
  abTest: ({ abEnabled, abSticky, variants: list }) => ({
    abTest: {
      enabled: abEnabled,
      sticky: abSticky,
      variants: (JSON.parse(list) as VariantRow[]).map(toVariant),
    },
  }),
  qrSettings: ({ qrSettings }) => ({
    qrSettings: JSON.parse(qrSettings ?? "null") as QrSettings | null,
  }),
} satisfies { readonly [P in LinkPart]: (row: LinkRow) => Pick<Link, P> };

function plainOf(row: LinkRow): Omit<Link, LinkPart> {
  return {
    id: row.id,
    uuid: row.uuid,
    userId: row.userId,
    domain: row.domain,
    parkedDomain: row.parkedDomain,
    code: row.code,
    destinationUrl: row.destinationUrl,
    title: row.title,
    description: row.description,
    externalId: row.externalId,
    tags: (JSON.parse(row.tags) as [number, string, string][]).map(toLabel),
    collection:
      row.collectionId === null || row.collectionUuid === null
        ? null
        : { id: row.collectionId, uuid: row.collectionUuid },
    isActive: row.isActive,
    archivedAtMs: row.archivedAtMs,
    suspendedAtMs: row.suspendedAtMs,
    startsAtMs: row.startsAtMs,
    endsAtMs: row.endsAtMs,
    expiresAtMs: row.expiresAtMs,
    expiredUrl: row.expiredUrl,
    redirectStatus: row.redirectStatus as RedirectStatus,
    forwardQuery: row.forwardQuery,
    forwardPath: row.forwardPath,
    social: JSON.parse(row.social ?? "null") as SocialCard | null,
    crawlable: row.crawlable,
    utm: JSON.parse(row.utmParams ?? "{}") as Link["utm"],
    hasPassword: row.passwordHash !== null,
    clicksLimit: row.clicksLimit,
    limitReachedUrl: row.limitReachedUrl,
    version: row.version,
    createdAtMs: row.createdAtMs,
    updatedAtMs: row.updatedAtMs,
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

function toVariant([numericId, id, name, url, weight, active]: VariantRow): StoredVariant {
  return { numericId, id, name, url, weight, active: active === 1 };
}

function toLabel([id, uuid, name]: readonly [number, string, string]): Label {
  return { id, uuid, name };
}
