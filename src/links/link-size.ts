/**
 * Measures links as D1 stores them: the plan limits what a workspace stores, since all workspaces
 * share one database of 10 GB.
 */

import { getTableColumns, type SQL, sql } from "drizzle-orm";

import { links, variants as variantTable } from "../db/schema/index.ts";
import { utf8 } from "../platform/bytes.ts";
import type { LinkColumns } from "./accept-link.ts";
import type { Link } from "./link.ts";
import type { Variant } from "./variants/variant.ts";

/** What a row takes beside its texts, with its index entries. */
const LINK_ROW_BYTES = 500;
const VARIANT_ROW_BYTES = 100;

/** The columns whose texts clients can make long. */
const TEXTS = [
  "destinationUrl",
  "title",
  "description",
  "externalId",
  "expiredUrl",
  "limitReachedUrl",
  "social",
  "utmParams",
  "rules",
  "qrSettings",
] as const satisfies readonly (keyof LinkColumns)[];

type Texts = { readonly [Column in (typeof TEXTS)[number]]?: string | null | undefined };

/** Returns the bytes of a new link. */
export function bytesOf(texts: Texts, variants: readonly Variant[]): number {
  const columns = TEXTS.reduce((sum, column) => sum + byteLength(texts[column]), 0);
  return LINK_ROW_BYTES + columns + variantBytes(variants);
}

/** Returns by how many bytes a change makes a link larger; negative if it becomes smaller. */
export function growthOf(before: Link, changed: Texts, variants: readonly Variant[] | null) {
  const texts: Record<(typeof TEXTS)[number], string | null> = {
    destinationUrl: before.destinationUrl,
    title: before.title,
    description: before.description,
    externalId: before.externalId,
    expiredUrl: before.expiredUrl,
    limitReachedUrl: before.limitReachedUrl,
    social: jsonOf(before.social, before.social === null),
    utmParams: jsonOf(before.utm, Object.keys(before.utm).length === 0),
    rules: jsonOf(before.rules, before.rules.length === 0),
    qrSettings: jsonOf(before.qrSettings, before.qrSettings === null),
  };
  let growth = 0;
  for (const column of TEXTS) {
    const text = changed[column];
    if (text !== undefined) growth += byteLength(text) - byteLength(texts[column]);
  }
  if (variants === null) return growth;
  return growth + variantBytes(variants) - variantBytes(before.abTest.variants);
}

/**
 * Returns the bytes of a link in SQL, for the statement that sets these columns on it: the others
 * are measured as they are, and so are its variants.
 */
export function bytesInSql(changed: Texts): SQL {
  const columns = getTableColumns(links);
  const texts = TEXTS.map((column) => {
    const text = changed[column];
    return text === undefined
      ? sql`coalesce(octet_length(${columns[column]}), 0)`
      : sql`${byteLength(text)}`;
  });
  return sql`${LINK_ROW_BYTES} + ${sql.join(texts, sql` + `)} + (
    select coalesce(sum(${VARIANT_ROW_BYTES} + octet_length(${variantTable.publicId})
      + octet_length(${variantTable.name}) + octet_length(${variantTable.url})), 0)
    from ${variantTable} where ${variantTable.linkId} = ${links.id}
  )`;
}

/** Whether a change touches a column that is measured. */
export function isMeasured(changed: Texts): boolean {
  return TEXTS.some((column) => changed[column] !== undefined);
}

function jsonOf(value: unknown, isNone: boolean): string | null {
  return isNone ? null : JSON.stringify(value);
}

function variantBytes(variants: readonly Variant[]): number {
  return variants.reduce(
    (sum, { id, name, url }) =>
      sum + VARIANT_ROW_BYTES + byteLength(id) + byteLength(name) + byteLength(url),
    0,
  );
}

function byteLength(text: string | null | undefined): number {
  return text === null || text === undefined ? 0 : utf8(text).length;
}
