/** The native API under `/api`: PrunePath's documented surface and what Signpost adds to it. */
import { Hono } from "hono";

import { version } from "../../../package.json";
import { openShell } from "../shared/shell.ts";
import { admin } from "./admin.ts";
import { analytics } from "./analytics.ts";
import { auth } from "./auth.ts";
import { collections } from "./collections.ts";
import { conversionGoals } from "./conversion-goals.ts";
import { csv } from "./csv.ts";
import { domains } from "./domains.ts";
import type { NativeEnvironment } from "./environment.ts";
import { refuse } from "./errors.ts";
import { invitations, workspaceInvitations } from "./invitations.ts";
import { links } from "./links.ts";
import { me } from "./me.ts";
import { members } from "./members.ts";
import { tags } from "./tags.ts";
import { tokens } from "./tokens.ts";
import { webhooks } from "./webhooks.ts";
import { workspaces } from "./workspaces.ts";

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
