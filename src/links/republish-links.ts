/** A goal's click parameter travels in every route record of its workspace. */

import { type SQL, sql } from "drizzle-orm";

import type { Statement } from "../db/batch.ts";
import type { Database } from "../db/database.ts";

/**
 * Has all links of a workspace published again, by the sweep: a hundred at a time, so a workspace of
 * 10,000 links takes minutes. Their versions stay, since nobody changed them.
 */
export function republishLinks(
  db: Database,
  workspaceId: number,
  guard: SQL = sql`true`,
): Statement {
  return db.run(sql`
    update links set published_version = 0
    where workspace_id = ${workspaceId} and published_version > 0 and ${guard}`);
}
