/** The RevoLink API under `/apiv1`. */

import { Hono } from "hono";

import { systemClock } from "../../platform/clock.ts";
import { openShell } from "../shared/shell.ts";
import { analytics } from "./analytics/routes.ts";
import type { RevolinkEnvironment, Surroundings } from "./environment.ts";
import { refuse } from "./errors.ts";
import { bulk } from "./links/bulk.ts";
import { link } from "./links/routes.ts";

/** Makes the dialect's app. */
export function revolinkAppIn(
  surroundings: Surroundings,
): Hono<RevolinkEnvironment, never, "/apiv1"> {
  const app = new Hono<RevolinkEnvironment>().basePath("/apiv1");
  openShell(app, { name: "revolink", refuse, closedPaths: [] });
  app.use("*", async (c, next) => {
    c.set("surroundings", surroundings);
    await next();
  });
  app.route("/link", link);
  app.route("/links", bulk);
  app.route("/links", analytics);
  return app;
}

export const revolinkApp = revolinkAppIn({ clock: systemClock });
