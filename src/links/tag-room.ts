/**
 * Keeps a workspace within its plan's number of tags where links create them by name: the statement
 * that inserts them counts, and the batch is undone if a link would miss one.
 */

import { type SQL, sql } from "drizzle-orm";

import type { Workspace } from "../access/access.ts";
import { PLANS } from "../access/plans.ts";
import { exceeded, type QuotaExceeded } from "../access/quotas.ts";
import type { Database } from "../db/database.ts";
import { labelKey } from "./label-key.ts";

type Planned = Pick<Workspace, "id" | "plan">;

/** Returns how many more tags the workspace can have, for the statement that inserts them. */
export function tagsLeft(workspace: Planned): SQL {
  return sql`max(0, ${PLANS[workspace.plan].tagsMax} - ${countOf(workspace)})`;
}

/** Waits for a batch; null if a link would have missed a tag, and nothing was changed. */
export async function unlessBeyondTags<T>(batch: Promise<T>): Promise<T | null> {
  try {
    return await batch;
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    if (String(cause).includes("NOT NULL constraint failed: link_tags.tag_id")) return null;
    throw error;
  }
}

/** Returns the refusal of a batch for which there was no room. */
export async function beyondTags(db: Database, workspace: Planned): Promise<QuotaExceeded> {
  const [now] = await db.all<{ used: number }>(sql`select ${countOf(workspace)} as used`);
  const { tagsMax } = PLANS[workspace.plan];
  return exceeded("tags", workspace.plan, tagsMax, now?.used ?? tagsMax);
}

/**
 * Returns the refusal of links whose new tags have no room, or null. Asked before anything is spent
 * on many links; the batch decides all the same.
 */
export async function foreseeTags(
  db: Database,
  workspace: Planned,
  links: readonly { readonly tags: readonly string[] }[],
): Promise<QuotaExceeded | null> {
  const keys = [...new Set(links.flatMap(({ tags }) => tags.map(labelKey)))];
  if (links.length < 2 || keys.length === 0) return null;
  const [now] = await db.all<{ used: number; fresh: number }>(sql`
    select ${countOf(workspace)} as used, (
      select count(*) from json_each(${JSON.stringify(keys)}) as key where not exists (
        select 1 from tags where workspace_id = ${workspace.id} and name_key = key.value)
    ) as fresh`);
  const { tagsMax } = PLANS[workspace.plan];
  if (now === undefined || now.fresh === 0 || now.used + now.fresh <= tagsMax) return null;
  return exceeded("tags", workspace.plan, tagsMax, now.used);
}

function countOf({ id }: Pick<Planned, "id">): SQL {
  return sql`(select count(*) from tags where workspace_id = ${id})`;
}
