/** PrunePath's analytics, and Signpost's additions. */

import { ledgerFor } from "../../../ledger/stub.ts";
import { overviewOf } from "../../../links/overview.ts";
import { nowOf } from "../../shared/dialect.ts";
import { linkStoreOf } from "../../shared/link-request.ts";
import { refuse } from "../errors.ts";
import { operation } from "../operation.ts";
import { uuidOf } from "../request.ts";
import { reportQuery } from "./contract.ts";
import { reportRange } from "./range.ts";
import { wireReport, wireOverview } from "./translate.ts";

export const analyticsOperations = {
  getOverview: operation({
    method: "GET",
    path: "/analytics/overview",
    requires: { scope: "links:read:analytics", role: "manager" },
    async answer(c) {
      const overview = await overviewOf(c.env, c.get("access").workspace, nowOf(c));
      return c.json(wireOverview(overview));
    },
  }),
  getLinkReport: operation({
    method: "GET",
    path: "/analytics/link/:linkId",
    requires: { scope: "links:read:analytics" },
    query: reportQuery,
    async answer(c, { query }) {
      const { workspace } = c.get("access");
      const found = await linkStoreOf(c).find({ uuid: uuidOf(c, "linkId") });
      if (!found.ok) return refuse(c, found.error);
      const range = reportRange(query, nowOf(c));
      if (!range.ok) return refuse(c, { reason: "validation_failed", issues: [range.error] });
      const ledger = ledgerFor(c.env, workspace.ledger);
      const report = await ledger.linkReport(found.value.id, range.value);
      return c.json(wireReport(found.value, report, { ...query, ...range.value }));
    },
  }),
};
