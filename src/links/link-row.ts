/** How links are read from D1: what is selected, and how a row is converted. */

import { eq, getTableColumns, type SQL, sql } from "drizzle-orm";

import type { Database } from "../db/database.ts";
import { collections, links, linkTags, tags, variants } from "../db/schema/index.ts";
import type { Label, Link } from "./link.ts";
import type { QrSettings } from "./qr/settings.ts";
import type { RedirectStatus } from "./route/record.ts";
import type { Rule } from "./rules/rule.ts";
import type { StoredVariant } from "./variants/variant.ts";

/**
 * Selects whole links, joined with `collections`. Does not run the query, so that it can be part of
 * a batch.
 */
export function selectLinks(
  db: Database,
  where: SQL | undefined,
  qrSettings: SQL = sql`${links.qrSettings}`,
) {
  return db
    .select({
      ...getTableColumns(links),
      qrSettings: sql<string | null>`${qrSettings}`.as("qr_settings"),
      // Aliased, because rows of a batch are objects, in which two columns with one name collide.
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

type LinkRow = Awaited<ReturnType<typeof selectLinks>>[number];

/** Converts a row of `selectLinks`. */
export function toLink(row: LinkRow): Link {
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
    utm: JSON.parse(row.utmParams ?? "{}") as Link["utm"],
    hasPassword: row.passwordHash !== null,
    rules: JSON.parse(row.rules ?? "[]") as Rule[],
    abTest: {
      enabled: row.abEnabled,
      sticky: row.abSticky,
      variants: (JSON.parse(row.variants) as VariantRow[]).map(toVariant),
    },
    clicksLimit: row.clicksLimit,
    qrSettings: JSON.parse(row.qrSettings ?? "null") as QrSettings | null,
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
