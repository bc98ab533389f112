import type { Context } from "hono";

import type { DialectEnvironment } from "../shared/dialect.ts";

/** What RevoLink's handlers find in their context. */
export type RevolinkEnvironment = DialectEnvironment;

export type RevolinkContext = Context<RevolinkEnvironment>;
