/** The native API under `/api`: PrunePath's documented surface and what Signpost adds to it. */

import { Hono } from "hono";

import { version } from "../../../package.json";
import { openShell } from "../shared/shell.ts";
import { auth } from "./account/auth.ts";
import { me } from "./account/me.ts";
import { tokens } from "./account/tokens.ts";
import { admin } from "./admin/routes.ts";
import { analytics } from "./analytics/routes.ts";
import { domains } from "./domains/routes.ts";
import type { NativeEnvironment } from "./environment.ts";
import { refuse } from "./errors.ts";
import { conversionGoals } from "./goals/routes.ts";
import { collections } from "./labels/collections.ts";
import { tags } from "./labels/tags.ts";
import { csv } from "./links/csv.ts";
import { links } from "./links/routes.ts";
import { webhooks } from "./webhooks/routes.ts";
import { invitations, workspaceInvitations } from "./workspaces/invitations.ts";
import { members } from "./workspaces/members.ts";
import { workspaces } from "./workspaces/routes.ts";

export const nativeApp = new Hono<NativeEnvironment>().basePath("/api");

openShell(nativeApp, {
  name: "native",
  refuse,
  closedPaths: ["/api/admin", "/api/auth", "/api/invitations", "/api/tokens"],
});

nativeApp.get("/health", (c) => c.json({ status: "ok", version }));
nativeApp.route("/admin", admin);
nativeApp.route("/analytics", analytics);
nativeApp.route("/auth", auth);
nativeApp.route("/collections", collections);
nativeApp.route("/conversion-goals", conversionGoals);
nativeApp.route("/domains", domains);
nativeApp.route("/invitations", invitations);
// Before the links: their `/:id` takes any word.
nativeApp.route("/links", csv);
nativeApp.route("/links", links);
nativeApp.route("/me", me);
nativeApp.route("/tags", tags);
nativeApp.route("/tokens", tokens);
nativeApp.route("/webhooks", webhooks);
nativeApp.route("/workspaces", workspaces);
nativeApp.route("/workspaces", workspaceInvitations);
nativeApp.route("/workspaces", members);
