/** Writes a workspace's links as a CSV file. */

import { writeTags, writeTime } from "../../../../links/csv/cells.ts";
import {
  type ExportContext,
  exportLinks,
  type ExportOptions,
} from "../../../../links/csv/export-links.ts";
import type { ExportedLink } from "../../../../links/csv/exported-links.ts";
import type { LinkFilter } from "../../../../links/filter.ts";
import { shownDomain } from "../../../../links/parked.ts";
import { shortUrlOf } from "../../../../links/route/address.ts";
import { SECOND_MS } from "../../../../platform/clock.ts";
import type { ExportColumn } from "./columns.ts";

/** Exports links, newest first; see `exportLinks`. */
export async function exportCsv(
  context: ExportContext,
  columns: readonly ExportColumn[],
  filter: LinkFilter = {},
  options: ExportOptions = {},
): Promise<ReadableStream<Uint8Array>> {
  const { origin } = new URL(context.env.PUBLIC_URL);
  const toCells = (link: ExportedLink, clicks: number) => cellsOf(link, clicks, origin);
  return exportLinks(context, { columns, toCells }, filter, options);
}

function cellsOf(
  link: ExportedLink,
  clicks: number,
  origin: string,
): Readonly<Record<ExportColumn, string>> {
  const isArchived = link.archivedAtMs !== null;
  return {
    short_url: shortUrlOf({ domain: shownDomain(link), code: link.code }, origin),
    destination_url: link.destinationUrl,
    short_code: link.code,
    title: link.title ?? "",
    description: link.description ?? "",
    tags: writeTags(link.tags),
    click_count: String(clicks),
    // An archived link has no destination: importing it again must not reactivate it.
    active: String(link.isActive && !isArchived),
    archived: String(isArchived),
    password_protected: String(link.hasPassword),
    expires_at: link.expiresAtMs === null ? "" : writeTime(link.expiresAtMs),
    created_at: writeTime(Math.floor(link.createdAtMs / SECOND_MS) * SECOND_MS),
    expired_url: link.expiredUrl ?? "",
    clicks_limit: link.clicksLimit === null ? "" : String(link.clicksLimit),
    limit_reached_url: link.limitReachedUrl ?? "",
    forward_query: String(link.forwardQuery),
    forward_path: String(link.forwardPath),
    social_title: link.social?.title ?? "",
    social_description: link.social?.description ?? "",
    social_image: link.social?.image ?? "",
    crawlable: String(link.crawlable),
    external_id: link.externalId ?? "",
  };
}
