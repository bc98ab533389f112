/** Tells the numbers of a workspace that was made through the API. */

import type { WorkspaceNumbers } from "../tasks.ts";

export async function numbersOf(
  env: Cloudflare.Env,
  { uuid }: { readonly uuid: string },
): Promise<WorkspaceNumbers> {
  const [workspaces, links] = await env.DB.batch([
    env.DB.prepare("SELECT id FROM workspaces WHERE uuid = ?1").bind(uuid),
    env.DB.prepare(
      `SELECT links.id, links.uuid FROM links
       JOIN workspaces ON workspaces.id = links.workspace_id
       WHERE workspaces.uuid = ?1 ORDER BY links.id`,
    ).bind(uuid),
  ]);
  const [workspace] = (workspaces?.results ?? []) as { readonly id: number }[];
  if (workspace === undefined) throw new Error(`There is no workspace ${uuid}.`);
  return { workspace: workspace.id, links: (links?.results ?? []) as WorkspaceNumbers["links"] };
}
