/** Exports the links of a workspace as a stream of CSV. */

import type { Workspace } from "../../access/access.ts";
import { databaseOf } from "../../db/database.ts";
import { ledgerFor } from "../../ledger/stub.ts";
import { log } from "../../platform/log.ts";
import { textStream } from "../../platform/text-stream.ts";
import type { LinkFilter } from "../filter.ts";
import { type ExportedLink, readExported } from "./exported-links.ts";
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
 * Exports a workspace's links as CSV, newest first: one chunk per slice, each read only after the
 * previous one was consumed. Holds one slice at a time, whatever the number of links.
 *
 * Throws if the first slice cannot be read; a later failure aborts the stream.
 */
export async function exportLinks<Column extends string>(
  context: ExportContext,
  form: ExportForm<Column>,
  filter: LinkFilter = {},
  { bom = false }: ExportOptions = {},
): Promise<ReadableStream<Uint8Array>> {
  const papa = await loadPapaparse();
  const head = `${bom ? "\uFEFF" : ""}${writeTable([form.columns], papa)}`;
  const { ledger } = context.access.workspace;
  return textStream(piecesOf(context, form, filter, head, papa), (error) =>
    log("error", "links.export.failed", { ledger, error }),
  );
}

async function* piecesOf<Column extends string>(
  { env, access }: ExportContext,
  { columns, toCells }: ExportForm<Column>,
  filter: LinkFilter,
  head: string,
  papa: Papaparse,
): AsyncGenerator<string, undefined> {
  const db = databaseOf(env.DB);
  const { id: workspaceId, ledger } = access.workspace;
  let start = head;
  for await (const links of readExported(db, workspaceId, filter)) {
    const totals = await ledgerFor(env, ledger).linkTotals(links.map(({ id }) => id));
    const clicks = new Map(totals.map((total) => [total.linkId, total.clicks]));
    const rows = links.map((link) => toCells(link, clicks.get(link.id) ?? 0));
    yield (
      start +
        writeTable(
          rows.map((row) => columns.map((column) => row[column])),
          papa,
        )
    );
    start = "";
  }
  if (start !== "") yield start;
}
