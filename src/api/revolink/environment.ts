import type { Context } from "hono";

import type { Link } from "../../links/link.ts";
import type { DialectEnvironment } from "../shared/dialect.ts";

/** What RevoLink's handlers find in their context. */
export interface RevolinkEnvironment extends DialectEnvironment {
  Variables: DialectEnvironment["Variables"] & {
    /** The link that the request names, once it has been found. */
    link: Link;
  };
}

export type RevolinkContext = Context<RevolinkEnvironment>;
