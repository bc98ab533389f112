import type { Context } from "hono";

import type { Link } from "../../links/link.ts";
import type { DialectEnvironment } from "../shared/dialect.ts";

/** The context of RevoLink's handlers. */
export interface RevolinkEnvironment extends DialectEnvironment {
  Variables: DialectEnvironment["Variables"] & {
    /** The link that the request names, set once it has been found. */
    link: Link;
  };
}

export type RevolinkContext = Context<RevolinkEnvironment>;
