import type { Context } from "hono";

import type { Link } from "../../links/link.ts";
import type { DialectEnvironment } from "../shared/dialect.ts";

/** The context of PVTLNK's handlers. */
export interface PvtlnkEnvironment extends DialectEnvironment {
  Variables: DialectEnvironment["Variables"] & {
    /** The link that the request names, set once it has been found. */
    link: Link;
  };
}

export type PvtlnkContext = Context<PvtlnkEnvironment>;
