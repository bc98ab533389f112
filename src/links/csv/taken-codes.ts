import { sql } from "drizzle-orm";

import type { Database } from "../../db/database.ts";
import { DEFAULT_DOMAIN } from "../route/address.ts";

/** Tells which of these codes a workspace could not have now, in one query, however many. */
export async function takenCodes(
  db: Database,
  workspaceId: number,
  codes: readonly string[],
  nowMs: number,
): Promise<ReadonlySet<string>> {
  if (codes.length === 0) return new Set();
  const rows = await db.all<{ code: string }>(sql`
    select wanted.value as code from json_each(${JSON.stringify(codes)}) as wanted
    where exists (
      select 1 from links where links.domain = ${DEFAULT_DOMAIN} and links.code = wanted.value
    ) or exists (
      select 1 from reserved_codes as held
      where held.domain = ${DEFAULT_DOMAIN} and held.code = wanted.value
        and held.workspace_id <> ${workspaceId} and held.until_ms > ${nowMs}
    )`);
  return new Set(rows.map(({ code }) => code));
}
