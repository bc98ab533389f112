/** Links as CSV files, in PVTLNK's columns and those of the fields that only this API has. */

import { configOf } from "../../../config.ts";
import { databaseOf } from "../../../db/database.ts";
import { links as linkTable } from "../../../db/schema/index.ts";
import type { ImportRefusal } from "../../../links/csv/errors.ts";
import { linkStore } from "../../../links/store.ts";
import { err } from "../../../platform/result.ts";
import { nowOf } from "../../shared/dialect.ts";
import { runOnce } from "../../shared/idempotency.ts";
import { onceRequestOf } from "../../shared/once-request.ts";
import { EXPORT_COLUMNS } from "../../shared/wire/csv/columns.ts";
import { exportCsv } from "../../shared/wire/csv/export.ts";
import { importCsv, type ImportReport, reportAgain } from "../../shared/wire/csv/import.ts";
import type { NativeContext } from "../environment.ts";
import { refuse } from "../errors.ts";
import { operation } from "../operation.ts";
import { isoOf } from "../wire-values.ts";
import { exportQuery, importBody } from "./contract.ts";
import { linkContextOf } from "./request.ts";
import { toFilter, wireImport } from "./translate.ts";

const CSV_BYTES_MAX = 5 * 1024 * 1024;
const CSV_TYPE = "text/csv";
/** What browsers and spreadsheets call such a file. */
const FILE_TYPES = [
  CSV_TYPE,
  "text/plain",
  "text/tab-separated-values",
  "application/vnd.ms-excel",
] as const;

export const csvOperations = {
  exportLinks: operation({
    method: "GET",
    path: "/links/export",
    requires: { scope: "links:read", role: "manager", features: ["export"] },
    query: exportQuery,
    async answer(c, { query }) {
      const filter = {
        ...toFilter(query, configOf(c.env)),
        createdFromMs: query.createdAfter,
        createdBeforeMs: query.createdBefore,
      };
      const { env } = c;
      const context = { env, access: c.get("access") };
      const file = await exportCsv(context, EXPORT_COLUMNS, filter, query);
      const date = isoOf(nowOf(c)).slice(0, 10);
      return c.body(file, 200, {
        "Content-Type": `${CSV_TYPE}; charset=utf-8; header=present`,
        "Content-Disposition": `attachment; filename="signpost-links-${date}.csv"`,
      });
    },
  }),
  importLinks: operation({
    method: "POST",
    path: "/links/import",
    requires: { scope: "links:create" },
    body: { schema: importBody, limitBytes: CSV_BYTES_MAX, textTypes: FILE_TYPES },
    async answer(c, { body }) {
      const imported = await importOnce(c, body.csv);
      if (imported.ok) {
        if (imported.value.replayed) c.header("Idempotent-Replayed", "true");
        return answerReport(c, imported.value.value);
      }
      const { error } = imported;
      return error.reason === "nothing_created" ? answerReport(c, error.report) : refuse(c, error);
    },
  }),
};

/** An import that created nothing has no rows to store, so its idempotency key stays unused. */
interface NothingCreated {
  readonly reason: "nothing_created";
  readonly report: ImportReport;
}

async function importOnce(c: NativeContext, text: string) {
  const context = linkContextOf(c);
  const db = databaseOf(c.env.DB);
  const store = linkStore(db, context.access.workspace.id);
  const request = { ...onceRequestOf(c, "POST /api/links/import"), db, body: text };
  return runOnce<ImportReport, ImportRefusal | NothingCreated>(request, {
    table: linkTable,
    async change(alongside) {
      const report = await importCsv(context, text, alongside);
      return report.ok && report.value.summary.created === 0
        ? err({ reason: "nothing_created", report: report.value })
        : report;
    },
    async rebuild(ids) {
      const links = await store.findMany(ids.filter((id) => id !== 0));
      const byId = new Map(links.map((link) => [link.id, link]));
      const made = ids.map((id) => (id === 0 ? null : byId.get(id)));
      if (!made.every((link) => link !== undefined)) return null;
      const report = await reportAgain(context, text, made);
      return report.ok ? report.value : null;
    },
  });
}

function answerReport(c: NativeContext, report: ImportReport): Response {
  return c.json(wireImport(report, configOf(c.env)));
}
