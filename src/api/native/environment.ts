import type { Context } from "hono";

import type { Membership } from "../../workspaces/memberships.ts";
import type { DialectEnvironment } from "../shared/dialect.ts";

/** The context of native handlers. */
export interface NativeEnvironment extends DialectEnvironment {
  Variables: DialectEnvironment["Variables"] & {
    /** The caller's membership in the workspace of the path, set by `inWorkspace`. */
    membership: Membership;
  };
}

export type NativeContext = Context<NativeEnvironment>;
