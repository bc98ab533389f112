/** The PVTLNK API under `/api/v1`; its public postback is a separate dialect. */

import { defineDialect } from "../shared/dialect.ts";
import { analytics } from "./analytics/routes.ts";
import type { PvtlnkEnvironment } from "./environment.ts";
import { refuse } from "./errors.ts";
import { csv } from "./links/csv.ts";
import { links } from "./links/routes.ts";
import { variants } from "./links/variants.ts";
import { tokens } from "./tokens/routes.ts";

export const pvtlnk = defineDialect<PvtlnkEnvironment>({
  name: "pvtlnk",
  refuse,
  mount(app) {
    app.route("/links/:link_id/variants", variants);
    // Before the links, whose `/:id` matches any word.
    app.route("/links", csv);
    app.route("/links", links);
    app.route("/analytics", analytics);
    app.route("/tokens", tokens);
  },
});
