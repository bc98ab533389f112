/** Tells the numbers of the links of a workspace that was made through the API. */

import type { WorkspaceNumbers } from "../tasks.ts";

export async function numbersOf(
  env: Cloudflare.Env,
  { uuid }: { readonly uuid: string },
): Promise<WorkspaceNumbers> {
  const { results } = await env.DB.prepare(
    `SELECT links.id, links.uuid FROM links
     JOIN workspaces ON workspaces.id = links.workspace_id
     WHERE workspaces.uuid = ?1 ORDER BY links.id`,
  )
    .bind(uuid)
    .all<WorkspaceNumbers["links"][number]>();
  return { links: results };
}
