/** Exports the links of a workspace as a stream of CSV. */

import type { Workspace } from "../../access/access.ts";
import { databaseOf } from "../../db/database.ts";
import { ledgerFor } from "../../ledger/stub.ts";
import { utf8 } from "../../platform/bytes.ts";
import { log } from "../../platform/log.ts";
import type { LinkFilter } from "../lists.ts";
import { EXPORT_PAGE, type ExportedLink, readExportPage } from "./exported-links.ts";
import { loadPapaparse, type Papaparse } from "./load-papaparse.ts";
import { writeTable } from "./write-table.ts";

export interface ExportContext {
  readonly env: Cloudflare.Env;
  readonly access: { readonly workspace: Pick<Workspace, "id" | "ledger"> };
}

/** The format of an exported file. */
export interface ExportForm<Column extends string> {
  readonly columns: readonly Column[];
  /** Returns a link's cells; `clicks` counts human clicks over all time. */
  readonly toCells: (link: ExportedLink, clicks: number) => Readonly<Record<Column, string>>;
}

export interface ExportOptions {
  /** Begin with a byte order mark, which makes Excel read UTF-8. */
  readonly bom?: boolean | undefined;
}

/**
 * Exports a workspace's links as CSV, newest first: one chunk per page, each read only after the
 * previous one was consumed. Holds one page at a time, whatever the number of links.
 *
 * Throws if the first page cannot be read; a later failure aborts the stream.
 */
export async function exportLinks<Column extends string>(
  context: ExportContext,
  form: ExportForm<Column>,
  filter: LinkFilter = {},
  { bom = false }: ExportOptions = {},
): Promise<ReadableStream<Uint8Array>> {
  const papa = await loadPapaparse();
  const pages = pagesOf(context, form, filter, papa);
  const first = await pages.next();
  const start = `${bom ? "\uFEFF" : ""}${writeTable([form.columns], papa)}${first.value ?? ""}`;
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(utf8(start)),
      async pull(controller) {
        try {
          const page = await pages.next();
          if (page.done === true) controller.close();
          else controller.enqueue(utf8(page.value));
        } catch (error) {
          log("error", "links.export.failed", { ledger: context.access.workspace.ledger, error });
          throw error;
        }
      },
      cancel: async () => void (await pages.return(undefined)),
    },
    { highWaterMark: 0 },
  );
}

async function* pagesOf<Column extends string>(
  { env, access }: ExportContext,
  { columns, toCells }: ExportForm<Column>,
  filter: LinkFilter,
  papa: Papaparse,
): AsyncGenerator<string, undefined, undefined> {
  const db = databaseOf(env.DB);
  const { id: workspaceId, ledger } = access.workspace;
  let beforeId: number | null = null;
  do {
    const links: readonly ExportedLink[] = await readExportPage(db, workspaceId, filter, beforeId);
    if (links.length === 0) return;
    const totals = await ledgerFor(env, ledger).linkTotals(links.map(({ id }) => id));
    const clicks = new Map(totals.map((total) => [total.linkId, total.clicks]));
    const rows = links.map((link) => toCells(link, clicks.get(link.id) ?? 0));
    yield writeTable(
      rows.map((cells) => columns.map((column) => cells[column])),
      papa,
    );
    beforeId = links.length < EXPORT_PAGE ? null : (links.at(-1)?.id ?? null);
  } while (beforeId !== null);
}
