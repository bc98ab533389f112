/** Links as CSV files, in PVTLNK's columns and those of the fields that only this API has. */

import { configOf } from "../../../config.ts";
import { nowOf } from "../../shared/dialect.ts";
import { importOnce } from "../../shared/import-once.ts";
import { answerLongJson } from "../../shared/long-json.ts";
import { onceRequestOf } from "../../shared/once-request.ts";
import { EXPORT_COLUMNS } from "../../shared/wire/csv/columns.ts";
import { exportCsv } from "../../shared/wire/csv/export.ts";
import { refuse } from "../errors.ts";
import { operation } from "../operation.ts";
import { isoOf } from "../wire-values.ts";
import { exportQuery, importBody } from "./contract.ts";
import { linkContextOf, newlyMade } from "./request.ts";
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
      const request = { ...onceRequestOf(c, "POST /api/links/import"), body: body.csv };
      const imported = await importOnce(request, linkContextOf(c), body.csv);
      if (!imported.ok) return refuse(c, imported.error);
      const { value: report, replayed } = imported.value;
      if (replayed) c.header("Idempotent-Replayed", "true");
      const links = await newlyMade(c, report.links, { replayed });
      return answerLongJson(c, await wireImport(links, report, configOf(c.env)));
    },
  }),
};
