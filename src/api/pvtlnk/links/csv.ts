/** PVTLNK's links as CSV files. */

import { configOf } from "../../../config.ts";
import { activitiesOf } from "../../../links/activity.ts";
import { nowOf, announceLiveBy } from "../../shared/dialect.ts";
import { importOnce } from "../../shared/import-once.ts";
import { answerLongJson } from "../../shared/long-json.ts";
import { onceRequestOf } from "../../shared/once-request.ts";
import { PVTLNK_EXPORT_COLUMNS } from "../../shared/wire/csv/columns.ts";
import { exportCsv } from "../../shared/wire/csv/export.ts";
import { refuse } from "../errors.ts";
import { operation } from "../operation.ts";
import { wireTime } from "../wire-values.ts";
import { bulkImport, exportQuery } from "./contract.ts";
import { rowsOf } from "./imported-rows.ts";
import { linkContextOf } from "./request.ts";
import { toFilter, wireImport } from "./translate.ts";

const CSV_BYTES_MAX = 5 * 1024 * 1024;

export const csvOperations = {
  exportLinks: operation({
    method: "GET",
    path: "/links/export",
    requires: { scope: "links:read", role: "manager", features: ["export"] },
    query: exportQuery,
    async answer(c, { query }) {
      const context = { env: c.env, access: c.get("access") };
      const file = await exportCsv(context, PVTLNK_EXPORT_COLUMNS, toFilter(query));
      const date = wireTime(nowOf(c)).slice(0, 10);
      return c.body(file, 200, {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": `attachment; filename="pvtlnk-links-${date}.csv"`,
      });
    },
  }),
  importLinks: operation({
    method: "POST",
    path: "/links/bulk_import",
    requires: { scope: "links:create" },
    body: { schema: bulkImport, limitBytes: CSV_BYTES_MAX },
    async answer(c, { body }) {
      const request = { ...onceRequestOf(c, "POST /api/v1/links/bulk_import"), body };
      const source = "links" in body ? await rowsOf(body.links) : body.csv;
      const imported = await importOnce(request, linkContextOf(c), source);
      if (!imported.ok) return refuse(c, imported.error);
      const { value: report, replayed } = imported.value;
      const clicked = replayed ? report.links.map(({ id }) => id) : [];
      const activities = await activitiesOf(linkContextOf(c), clicked);
      announceLiveBy(c);
      if (replayed) c.header("Idempotent-Replayed", "true");
      const shown = { activities, config: configOf(c.env), ofObjects: "links" in body };
      const wire = await wireImport(report, shown);
      return answerLongJson(c, wire, report.summary.created > 0 ? 201 : 200);
    },
  }),
};
