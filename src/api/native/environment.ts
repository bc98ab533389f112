import type { Context } from "hono";

import type { Membership } from "../../workspaces/memberships.ts";
import type { DialectEnvironment } from "../shared/dialect.ts";

/** What native handlers find in their context. */
export interface NativeEnvironment extends DialectEnvironment {
  Variables: DialectEnvironment["Variables"] & {
    /** The workspace in the path, once `inWorkspace` has found the person in it. */
    membership: Membership;
  };
}

export type NativeContext = Context<NativeEnvironment>;
