import { SECOND_MS } from "../../platform/clock.ts";
import { shownDomain } from "../parked.ts";
import { DEFAULT_DOMAIN } from "../route/address.ts";
import { neutralise, writeTags, writeTime } from "./cells.ts";
import { EXPORT_COLUMNS, type ExportColumn } from "./columns.ts";
import type { ExportedLink } from "./exported-links.ts";
import type { Papaparse } from "./load-papaparse.ts";

/** A link, the people who have followed it, and where the default hosts' links are. */
export interface ExportedRow {
  readonly link: ExportedLink;
  readonly clicks: number;
  readonly origin: string;
}

const NEWLINE = "\r\n";

/** Writes rows as RFC 4180 has them, the last one ended too. */
export function writeRows(rows: readonly ExportedRow[], papa: Papaparse): string {
  return rows.length === 0 ? "" : lines(rows.map(cellsOf), papa);
}

/** Writes the row of the columns' names. */
export function writeHeader(papa: Papaparse): string {
  return lines([EXPORT_COLUMNS], papa);
}

function lines(table: readonly (readonly string[])[], papa: Papaparse): string {
  return papa.unparse(table, { newline: NEWLINE }) + NEWLINE;
}

function cellsOf({ link, clicks, origin }: ExportedRow): string[] {
  const domain = shownDomain(link);
  const isArchived = link.archivedAtMs !== null;
  const cells: Readonly<Record<ExportColumn, string>> = {
    short_url: `${domain === DEFAULT_DOMAIN ? origin : `https://${domain}`}/${link.code}`,
    destination_url: link.destinationUrl,
    short_code: link.code,
    title: link.title ?? "",
    description: link.description ?? "",
    tags: writeTags(link.tags),
    click_count: String(clicks),
    // An archived link leads nowhere: imported again, it must not come to life.
    active: String(link.isActive && !isArchived),
    archived: String(isArchived),
    password_protected: String(link.hasPassword),
    expires_at: link.expiresAtMs === null ? "" : writeTime(link.expiresAtMs),
    created_at: writeTime(Math.floor(link.createdAtMs / SECOND_MS) * SECOND_MS),
  };
  return EXPORT_COLUMNS.map((column) => neutralise(cells[column]));
}
