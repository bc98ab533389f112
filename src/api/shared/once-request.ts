import type { Context } from "hono";

import { type DialectEnvironment, nowOf } from "./dialect.ts";

/** Identifies a POST and its caller for idempotency keys. */
export function onceRequestOf<E extends DialectEnvironment>(c: Context<E>, operation: string) {
  const { userId, workspace } = c.get("access");
  return {
    key: c.req.header("Idempotency-Key"),
    principal: `${userId}/${workspace.id}`,
    operation,
    secrets: c.env,
    nowMs: nowOf(c),
  };
}
