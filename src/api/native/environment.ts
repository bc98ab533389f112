import type { Access } from "../../access/access.ts";
import type { Membership } from "../../workspaces/memberships.ts";
import type { ShellEnvironment } from "../shared/shell.ts";

/** What every native handler finds in its context; `access` is set once a route has asked for it. */
export interface NativeEnvironment {
  Bindings: Cloudflare.Env;
  Variables: ShellEnvironment["Variables"] & {
    access: Access;
    /** The workspace in the path, once `inWorkspace` has found the person in it. */
    membership: Membership;
  };
}
