import type { Context } from "hono";

import type { Access } from "../../access/access.ts";
import type { Clock } from "../../platform/clock.ts";
import type { ShellEnvironment } from "../shared/shell.ts";

/** What the dialect has from outside: tests put a clock of their own here. */
export interface Surroundings {
  readonly clock: Clock;
}

/** What every handler finds in its context; `access` once the guard has let the request in. */
export interface PvtlnkEnvironment {
  Bindings: Cloudflare.Env;
  Variables: ShellEnvironment["Variables"] & {
    surroundings: Surroundings;
    access: Access;
  };
}

export type PvtlnkContext = Context<PvtlnkEnvironment>;
