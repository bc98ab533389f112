/** RevoLink's reports, on one link and on all links of a workspace. */

import { databaseOf } from "../../../db/database.ts";
import { ledgerFor } from "../../../ledger/stub.ts";
import { loadCreatedAtMs } from "../../../workspaces/settings.ts";
import { nowOf } from "../../shared/dialect.ts";
import { linkStoreOf } from "../../shared/link-request.ts";
import { refuse } from "../errors.ts";
import { parseObjectId } from "../object-id.ts";
import { operation } from "../operation.ts";
import { reportRange } from "./range.ts";
import { wireLinkReport, wireWorkspaceReport } from "./translate.ts";

export const reportOperations = {
  getLinksReport: operation({
    method: "GET",
    path: "/links/analytics",
    scope: "links:read:analytics",
    from: "query",
    async answer(c) {
      const { role, workspace } = c.get("access");
      if (role === "member") return refuse(c, { reason: "report_role_too_low" });
      const sinceMs = await loadCreatedAtMs(databaseOf(c.env.DB), workspace.id);
      const nowMs = nowOf(c);
      const range = reportRange(c.get("fields"), { sinceMs, nowMs });
      if (!range.ok) return refuse(c, range.error);
      const report = await ledgerFor(c.env, workspace.ledger).workspaceReport(range.value);
      // In the report's order, which is by clicks.
      const ids = report.links.map(({ linkId }) => linkId);
      const fields = ["uuid", "title", "code"] as const;
      const links = await linkStoreOf(c).findNames({ ids, fields });
      return c.json(wireWorkspaceReport(report, links));
    },
  }),
  getLinkReport: operation({
    method: "GET",
    path: "/links/:id/analytics",
    scope: "links:read:analytics",
    from: "query",
    async answer(c) {
      const objectId = parseObjectId(c.req.param("id"));
      if (objectId === null) return refuse(c, { reason: "report_link_id_invalid" });
      const found = await linkStoreOf(c).find({ objectId });
      if (!found.ok) return refuse(c, { reason: "report_link_not_found" });
      const { id, createdAtMs: sinceMs } = found.value;
      const nowMs = nowOf(c);
      const range = reportRange(c.get("fields"), { sinceMs, nowMs });
      if (!range.ok) return refuse(c, range.error);
      const ledger = ledgerFor(c.env, c.get("access").workspace.ledger);
      const report = await ledger.detailedLinkReport(id, range.value);
      return c.json(wireLinkReport(found.value, report));
    },
  }),
};
