import { sql } from "drizzle-orm";

import type { Database } from "../db/database.ts";
import { links } from "../db/schema/index.ts";
import type { Link } from "./link.ts";

/** What reports tell of a link. */
export type LinkField = "uuid" | "code" | "title" | "destinationUrl" | "createdAtMs";

export type LinkName<Told extends LinkField> = Pick<Link, "id" | Told>;

export interface WantedNames<Told extends LinkField> {
  readonly ids: readonly number[];
  /** What is read of each link besides its id. */
  readonly fields: readonly Told[];
  /** So many of those that are still there; all of them without it. */
  readonly max?: number;
}

/**
 * Selects what links of a workspace are called, in the order of the ids; those that are gone are left
 * out, and the next move up. It is not run yet, so that a batch can hold it.
 *
 * Reads two rows an id, and none for ids behind the last that is named: `json_each` gives them one by
 * one, in the order of its rowid. The plus keeps SQLite from walking through all links of the workspace.
 */
export function selectLinkNames<Told extends LinkField>(
  db: Database,
  workspaceId: number,
  { ids, fields, max = ids.length }: WantedNames<Told>,
) {
  const columns = ["id" as const, ...fields].map(
    (field) => sql`${links[field]} as ${sql.identifier(field)}`,
  );
  return db.all<LinkName<Told>>(sql`
    select ${sql.join(columns, sql`, `)}
    from json_each(${JSON.stringify(ids)}) as wanted
    cross join ${links} on ${links.id} = wanted.value
    where +${links.workspaceId} = ${workspaceId}
    order by wanted.rowid
    limit ${max}
  `);
}

/** Finds what `selectLinkNames` selects, and asks for nothing where nothing is wanted. */
export async function linkNamesOf<Told extends LinkField>(
  db: Database,
  workspaceId: number,
  wanted: WantedNames<Told>,
): Promise<LinkName<Told>[]> {
  return wanted.ids.length === 0 ? [] : await selectLinkNames(db, workspaceId, wanted);
}
