/** The PVTLNK API under `/api/v1`; its public postback is an app of its own. */

import { Hono } from "hono";

import { systemClock } from "../../platform/clock.ts";
import { openShell } from "../shared/shell.ts";
import { analytics } from "./analytics/routes.ts";
import type { PvtlnkEnvironment, Surroundings } from "./environment.ts";
import { refuse } from "./errors.ts";
import { csv } from "./links/csv.ts";
import { links } from "./links/routes.ts";
import { variants } from "./links/variants.ts";
import { tokens } from "./tokens/routes.ts";

/** Makes the dialect's app. */
export function pvtlnkAppIn(surroundings: Surroundings): Hono<PvtlnkEnvironment, never, "/api/v1"> {
  const app = new Hono<PvtlnkEnvironment>().basePath("/api/v1");
  openShell(app, { name: "pvtlnk", refuse, closedPaths: [] });
  app.use("*", async (c, next) => {
    c.set("surroundings", surroundings);
    await next();
  });
  app.route("/links/:link_id/variants", variants);
  // Before the links: their `/:id` takes any word.
  app.route("/links", csv);
  app.route("/links", links);
  app.route("/analytics", analytics);
  app.route("/tokens", tokens);
  return app;
}

export const pvtlnkApp = pvtlnkAppIn({ clock: systemClock });
