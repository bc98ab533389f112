/** The native API under `/api`: PrunePath's documented routes and Signpost's additions. */

import { defineDialect } from "../shared/dialect.ts";
import type { NativeEnvironment } from "./environment.ts";
import { refuse } from "./errors.ts";
import { operations } from "./operations.ts";

export const native = defineDialect<NativeEnvironment>({
  name: "native",
  refuse,
  closedPaths: ["/api/admin", "/api/auth", "/api/invitations", "/api/tokens"],
  operations,
});
