import type { Access } from "../../accounts/access.ts";

/** What every native handler finds in its context; `access` is set once a route has asked for it. */
export interface NativeEnvironment {
  Bindings: Cloudflare.Env;
  Variables: {
    requestId: string;
    access: Access;
  };
}
