/** Imports links at most once per `Idempotency-Key`. */

import { databaseOf } from "../../db/database.ts";
import { links as linkTable } from "../../db/schema/index.ts";
import type { LinkContext } from "../../links/context.ts";
import type { ImportRefusal } from "../../links/csv/errors.ts";
import { linkStore } from "../../links/store.ts";
import { err, ok, type Result } from "../../platform/result.ts";
import {
  type IdempotencyRefusal,
  type OnceOutcome,
  type OnceRequest,
  runOnce,
} from "./idempotency.ts";
import {
  type ImportReport,
  importRows,
  type ImportSource,
  reportAgain,
} from "./wire/csv/import.ts";

/** An import that created nothing has no rows to store, so its key stays unused. */
interface NothingCreated {
  readonly reason: "nothing_created";
  readonly report: ImportReport;
}

/** Creates one link per row, at most once per key; see `importRows`. */
export async function importOnce(
  request: Omit<OnceRequest, "db">,
  context: LinkContext,
  source: ImportSource,
): Promise<Result<OnceOutcome<ImportReport>, ImportRefusal | IdempotencyRefusal>> {
  const db = databaseOf(context.env.DB);
  const imported = await runOnce<ImportReport, ImportRefusal | NothingCreated>(
    { ...request, db },
    {
      table: linkTable,
      async change(alongside) {
        const report = await importRows(context, source, alongside);
        return report.ok && report.value.summary.created === 0
          ? err({ reason: "nothing_created", report: report.value })
          : report;
      },
      async rebuild(ids) {
        const store = linkStore(db, context.access.workspace.id);
        const links = await store.findMany(ids.filter((id) => id !== 0));
        const byId = new Map(links.map((link) => [link.id, link]));
        const made = ids.map((id) => (id === 0 ? null : byId.get(id)));
        if (!made.every((link) => link !== undefined)) return null;
        const report = await reportAgain(context, source, made);
        return report.ok ? report.value : null;
      },
    },
  );
  if (imported.ok) return imported;
  const { error } = imported;
  return error.reason === "nothing_created"
    ? ok({ value: error.report, replayed: false })
    : err(error);
}
