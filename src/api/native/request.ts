/** What native routes read from a request apart from its body. */

import { parseUuid } from "../../platform/uuid.ts";
import type { NativeContext } from "./environment.ts";

/**
 * Reads a UUID from a path parameter. Anything else becomes "", which names nothing but is looked
 * up all the same, so that both responses are identical.
 */
export function uuidOf(c: NativeContext, parameter = "id"): string {
  return parseUuid(c.req.param(parameter) ?? "") ?? "";
}
