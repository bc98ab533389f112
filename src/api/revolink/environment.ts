import type { Access } from "../../access/access.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Fetch } from "../../platform/dns.ts";
import type { ShellEnvironment } from "../shared/shell.ts";

/** What the dialect has from outside: tests put a clock and an internet of their own here. */
export interface Surroundings {
  readonly clock: Clock;
  /** Asks for logos, and the DNS for where they are; absent is the runtime's own. */
  readonly fetch?: Fetch;
}

/** The fields of a request of which nothing is known yet. */
export type RawFields = Readonly<Record<string, unknown>>;

/** What every handler finds in its context; all but `surroundings` once the guard has let it in. */
export interface RevolinkEnvironment {
  Bindings: Cloudflare.Env;
  Variables: ShellEnvironment["Variables"] & {
    surroundings: Surroundings;
    /** In the workspace that `workspaceId` names. */
    access: Access;
    fields: RawFields;
  };
}
