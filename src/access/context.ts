/** The context of a change in one workspace. */

import type { Workspace } from "./access.ts";

export interface WorkspaceContext {
  readonly env: Cloudflare.Env;
  readonly workspace: Pick<Workspace, "id" | "plan" | "ledger">;
  readonly nowMs: number;
}
