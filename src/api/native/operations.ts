/** The table of the native API: its operations by their ids. */

import { version } from "../../../package.json";
import { authOperations } from "./account/auth.ts";
import { meOperations } from "./account/me.ts";
import { tokenOperations } from "./account/tokens.ts";
import { adminOperations } from "./admin/operations.ts";
import { analyticsOperations } from "./analytics/operations.ts";
import { conversionOperations } from "./conversions/operations.ts";
import { domainOperations } from "./domains/operations.ts";
import { goalOperations } from "./goals/operations.ts";
import { labelOperations } from "./labels/operations.ts";
import { linkBulkOperations } from "./links/bulk.ts";
import { csvOperations } from "./links/csv.ts";
import { manyLinksOperations } from "./links/many.ts";
import { linkOperations } from "./links/operations.ts";
import { simulationOperations } from "./links/simulate.ts";
import { variantOperations } from "./links/variants.ts";
import { operation } from "./operation.ts";
import { webhookOperations } from "./webhooks/operations.ts";
import { excludedNetworkOperations } from "./workspaces/excluded-networks.ts";
import { invitationOperations } from "./workspaces/invitations.ts";
import { memberOperations } from "./workspaces/members.ts";
import { workspaceOperations } from "./workspaces/operations.ts";

export const operations = {
  getHealth: operation({
    method: "GET",
    path: "/health",
    requires: "anybody",
    answer: (c) => c.json({ status: "ok", version }),
  }),
  ...adminOperations,
  ...analyticsOperations,
  ...authOperations,
  ...csvOperations,
  ...conversionOperations,
  ...domainOperations,
  ...excludedNetworkOperations,
  ...goalOperations,
  ...invitationOperations,
  ...labelOperations,
  ...linkBulkOperations,
  ...linkOperations,
  ...manyLinksOperations,
  ...meOperations,
  ...memberOperations,
  ...simulationOperations,
  ...tokenOperations,
  ...variantOperations,
  ...webhookOperations,
  ...workspaceOperations,
};
