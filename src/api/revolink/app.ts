/** The RevoLink API under `/apiv1`. */

import { defineDialect } from "../shared/dialect.ts";
import { analytics } from "./analytics/routes.ts";
import type { RevolinkEnvironment } from "./environment.ts";
import { refuse } from "./errors.ts";
import { bulk } from "./links/bulk.ts";
import { link } from "./links/routes.ts";

export const revolink = defineDialect<RevolinkEnvironment>({
  name: "revolink",
  refuse,
  mount(app) {
    app.route("/link", link);
    app.route("/links", bulk);
    app.route("/links", analytics);
  },
});
