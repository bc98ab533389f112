/** The native API under `/api`: PrunePath's documented routes and Signpost's additions. */

import { version } from "../../../package.json";
import { defineDialect } from "../shared/dialect.ts";
import { auth } from "./account/auth.ts";
import { me } from "./account/me.ts";
import { tokens } from "./account/tokens.ts";
import { admin } from "./admin/routes.ts";
import { analytics } from "./analytics/routes.ts";
import { domains } from "./domains/routes.ts";
import type { NativeEnvironment } from "./environment.ts";
import { refuse } from "./errors.ts";
import { conversionGoals } from "./goals/routes.ts";
import { linkBulk } from "./links/bulk.ts";
import { csv } from "./links/csv.ts";
import { links } from "./links/routes.ts";
import { simulate } from "./links/simulate.ts";
import { linkVariants } from "./links/variants.ts";
import { operations } from "./operations.ts";
import { webhooks } from "./webhooks/routes.ts";
import { invitations, workspaceInvitations } from "./workspaces/invitations.ts";
import { members } from "./workspaces/members.ts";
import { workspaces } from "./workspaces/routes.ts";

export const native = defineDialect<NativeEnvironment>({
  name: "native",
  refuse,
  closedPaths: ["/api/admin", "/api/auth", "/api/invitations", "/api/tokens"],
  operations,
  mount(app) {
    app.get("/health", (c) => c.json({ status: "ok", version }));
    app.route("/admin", admin);
    app.route("/analytics", analytics);
    app.route("/auth", auth);
    app.route("/conversion-goals", conversionGoals);
    app.route("/domains", domains);
    app.route("/invitations", invitations);
    // Before the links, whose `/:id` matches any word.
    app.route("/links", csv);
    app.route("/links", linkBulk);
    app.route("/links", linkVariants);
    app.route("/links", simulate);
    app.route("/links", links);
    app.route("/me", me);
    app.route("/tokens", tokens);
    app.route("/webhooks", webhooks);
    app.route("/workspaces", workspaces);
    app.route("/workspaces", workspaceInvitations);
    app.route("/workspaces", members);
  },
});
