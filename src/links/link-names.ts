import { and, inArray, sql } from "drizzle-orm";

import type { Database } from "../db/database.ts";
import { links } from "../db/schema/index.ts";
import type { Link } from "./link.ts";

/** What reports tell of a link. */
export type LinkName = Pick<Link, "id" | "code" | "title" | "destinationUrl" | "createdAtMs">;

/**
 * Finds what links of a workspace are called, in the order of the ids; those that are gone are left
 * out. Unlike whole links, hundreds of them are small: rules and logos stay where they are.
 */
export async function linkNamesOf(
  db: Database,
  workspaceId: number,
  ids: readonly number[],
): Promise<LinkName[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .select({
      id: links.id,
      code: links.code,
      title: links.title,
      destinationUrl: links.destinationUrl,
      createdAtMs: links.createdAtMs,
    })
    .from(links)
    .where(
      and(
        // The plus keeps SQLite from walking through all links of the workspace.
        sql`+${links.workspaceId} = ${workspaceId}`,
        inArray(links.id, sql`(select value from json_each(${JSON.stringify(ids)}))`),
      ),
    );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
