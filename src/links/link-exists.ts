import { and, gt, lt, sql } from "drizzle-orm";

import type { Database } from "../db/database.ts";
import { links } from "../db/schema/index.ts";
import { uuidPrefixOf } from "../platform/uuid.ts";

/**
 * Tells whether any workspace at all has a link: for an API that must tell somebody else's from
 * none. Of the link itself nobody learns anything.
 */
export async function linkExists(db: Database, objectId: string): Promise<boolean> {
  const prefix = uuidPrefixOf(objectId);
  if (prefix === null) return false;
  const [found] = await db
    .select({ one: sql`1` })
    .from(links)
    // "g" follows the last hex digit: the range is all UUIDs that begin so, found in the unique index.
    .where(and(gt(links.uuid, prefix), lt(links.uuid, `${prefix}g`)))
    .limit(1);
  return found !== undefined;
}
