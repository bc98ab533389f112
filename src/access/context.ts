/** What changes in one workspace need to know besides the change itself. */

import type { Workspace } from "./access.ts";

export interface WorkspaceContext {
  readonly env: Cloudflare.Env;
  readonly workspace: Pick<Workspace, "id" | "plan" | "ledger">;
  readonly nowMs: number;
}
