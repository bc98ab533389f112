/** PVTLNK's links as CSV files. */

import { Hono } from "hono";

import { configOf } from "../../../config.ts";
import { nowOf, announceLiveBy } from "../../shared/dialect.ts";
import { importOnce } from "../../shared/import-once.ts";
import { onceRequestOf } from "../../shared/once-request.ts";
import { PVTLNK_EXPORT_COLUMNS } from "../../shared/wire/csv/columns.ts";
import { exportCsv } from "../../shared/wire/csv/export.ts";
import type { PvtlnkEnvironment } from "../environment.ts";
import { refuse, validate } from "../errors.ts";
import { requires } from "../guard.ts";
import { wireTime } from "../wire-values.ts";
import { bulkImport, exportQuery } from "./contract.ts";
import { rowsOf } from "./imported-rows.ts";
import { activityIn, activityOf, linkContextOf } from "./request.ts";
import { toFilter, wireLink } from "./translate.ts";

const CSV_BYTES_MAX = 5 * 1024 * 1024;

export const csv = new Hono<PvtlnkEnvironment>()
  .get(
    "/export",
    requires({ scope: "links:read", role: "manager", features: ["export"] }),
    validate.query(exportQuery),
    async (c) => {
      const context = { env: c.env, access: c.get("access") };
      const filter = toFilter(c.req.valid("query"));
      const file = await exportCsv(context, PVTLNK_EXPORT_COLUMNS, filter);
      const date = wireTime(nowOf(c)).slice(0, 10);
      return c.body(file, 200, {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": `attachment; filename="pvtlnk-links-${date}.csv"`,
      });
    },
  )
  .post(
    "/bulk_import",
    requires({ scope: "links:create" }),
    validate.json(bulkImport, { limitBytes: CSV_BYTES_MAX }),
    async (c) => {
      const body = c.req.valid("json");
      const request = { ...onceRequestOf(c, "POST /api/v1/links/bulk_import"), body };
      const source = "links" in body ? rowsOf(body.links) : body.csv;
      const imported = await importOnce(request, linkContextOf(c), source);
      if (!imported.ok) return refuse(c, imported.error);
      const { value: report, replayed } = imported.value;
      const { links, errors, summary } = report;
      const { totalRows, created, failed } = summary;
      const config = configOf(c.env);
      const clicked = replayed ? links.map(({ id }) => id) : [];
      const activities = await activityOf(c, clicked);
      announceLiveBy(c);
      if (replayed) c.header("Idempotent-Replayed", "true");
      return c.json(
        {
          success: true,
          created,
          // As the guide to bulk imports calls it.
          ...("links" in body && { imported: created }),
          links: links.map((link) => wireLink(link, activityIn(activities, link), config)),
          errors,
          summary: { total_rows: totalRows, created, failed },
        },
        created > 0 ? 201 : 200,
      );
    },
  );
