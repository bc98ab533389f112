/**
 * Republishes a workspace's links when a goal's click parameter, which is part of every route
 * record, changes.
 */

import { type SQL, sql } from "drizzle-orm";

import type { Statement } from "../db/batch.ts";
import type { Database } from "../db/database.ts";

/**
 * Marks all links of a workspace for the sweep to publish again, a hundred at a time: 10,000 links
 * take minutes. Their versions stay, since the links themselves did not change.
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
