/** PrunePath's analytics, and Signpost's additions. */

import { Hono } from "hono";

import { ledgerFor } from "../../../ledger/stub.ts";
import { overviewOf } from "../../../links/overview.ts";
import { nowOf } from "../../shared/dialect.ts";
import { linkStoreOf } from "../../shared/link-request.ts";
import type { NativeEnvironment } from "../environment.ts";
import { refuse, validate } from "../errors.ts";
import { requires } from "../guard.ts";
import { uuidOf } from "../request.ts";
import { reportQuery } from "./contract.ts";
import { reportRange } from "./range.ts";
import { wireReport, wireOverview } from "./translate.ts";

export const analytics = new Hono<NativeEnvironment>()
  .get("/overview", requires({ scope: "links:read:analytics", role: "manager" }), async (c) => {
    const overview = await overviewOf(c.env, c.get("access").workspace, nowOf(c));
    return c.json(wireOverview(overview));
  })
  .get(
    "/link/:linkId",
    requires({ scope: "links:read:analytics" }),
    validate.query(reportQuery),
    async (c) => {
      const { workspace } = c.get("access");
      const found = await linkStoreOf(c).find({ uuid: uuidOf(c, "linkId") });
      if (!found.ok) return refuse(c, found.error);
      const query = c.req.valid("query");
      const range = reportRange(query, nowOf(c));
      if (!range.ok) return refuse(c, { reason: "validation_failed", issues: [range.error] });
      const ledger = ledgerFor(c.env, workspace.ledger);
      const report = await ledger.linkReport(found.value.id, range.value);
      return c.json(wireReport(found.value, report, { ...query, ...range.value }));
    },
  );
