/** What native routes read from a request apart from its body. */

import type { Context } from "hono";

import type { WorkspaceContext } from "../../access/context.ts";
import { parseUuid } from "../../platform/uuid.ts";
import { nowOf } from "../shared/dialect.ts";
import type { NativeContext } from "./environment.ts";

/**
 * Reads a UUID from a path parameter. Anything else becomes "", which names nothing but is looked
 * up all the same, so that both responses are identical.
 */
export function uuidOf(c: NativeContext, parameter = "id"): string {
  return parseUuid(c.req.param(parameter) ?? "") ?? "";
}

/** Whether a client prefers plain text, as Apple Shortcuts and shell scripts do. */
export function wantsText(c: Pick<Context, "req">): boolean {
  const first = c.req.header("Accept")?.split(",", 1)[0]?.split(";", 1)[0];
  return first?.trim().toLowerCase() === "text/plain";
}

/** Returns the context of a change in the workspace in which the request acts. */
export function workspaceContextOf(c: NativeContext): WorkspaceContext {
  return { env: c.env, workspace: c.get("access").workspace, nowMs: nowOf(c) };
}
