/** What native routes read from a request beside its body. */

import { parseUuid } from "../../platform/uuid.ts";
import { nowOf } from "../shared/dialect.ts";
import type { NativeContext } from "./environment.ts";

/**
 * Reads the UUID that a parameter of the path holds. What is no UUID names nothing, as "" does: it is
 * looked for all the same, so that both answers are one.
 */
export function uuidOf(c: NativeContext, parameter = "id"): string {
  return parseUuid(c.req.param(parameter) ?? "") ?? "";
}

/** Names a POST and its sender to the idempotency keys. */
export function onceRequestOf(c: NativeContext, operation: string) {
  const { userId, workspace } = c.get("access");
  return {
    key: c.req.header("Idempotency-Key"),
    principal: `${userId}/${workspace.id}`,
    operation,
    nowMs: nowOf(c),
  };
}
