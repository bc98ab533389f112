/** The RevoLink API under `/apiv1`. */

import { defineDialect } from "../shared/dialect.ts";
import type { RevolinkEnvironment } from "./environment.ts";
import { refuse } from "./errors.ts";
import { operations } from "./operations.ts";

export const revolink = defineDialect<RevolinkEnvironment>({
  name: "revolink",
  refuse,
  operations,
});
