import type { Context } from "hono";

import type { DialectEnvironment } from "../shared/dialect.ts";

/** What PVTLNK's handlers find in their context. */
export type PvtlnkEnvironment = DialectEnvironment;

export type PvtlnkContext = Context<PvtlnkEnvironment>;
