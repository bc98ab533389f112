/** The workspaces that a person belongs to, and their roles there. */

import { and, asc, eq, gt, inArray, lt, type SQL, sql } from "drizzle-orm";

import type { Role, Workspace } from "../access/access.ts";
import type { Database } from "../db/database.ts";
import { members, workspaces } from "../db/schema/index.ts";
import { ledgerIdOf } from "../ledger/ledger-id.ts";
import { uuidPrefixOf } from "../platform/uuid.ts";

export interface Membership {
  readonly workspace: Workspace;
  readonly role: Role;
}

/** The columns that make up a `Workspace`. */
export const workspaceColumns = {
  id: workspaces.id,
  uuid: workspaces.uuid,
  name: workspaces.name,
  plan: workspaces.plan,
  jurisdiction: workspaces.jurisdiction,
};

export type WorkspaceRow = Pick<
  typeof workspaces.$inferSelect,
  "id" | "uuid" | "name" | "plan" | "jurisdiction"
>;

export function toWorkspace({ jurisdiction, ...row }: WorkspaceRow): Workspace {
  return { ...row, ledger: ledgerIdOf({ uuid: row.uuid, jurisdiction }) };
}

/**
 * Lists a person's workspaces, all or those with these ids: their personal one first, then the
 * oldest.
 */
export async function membershipsOf(
  db: Database,
  userId: string,
  ids?: readonly number[],
): Promise<Membership[]> {
  const rows = await db
    .select({ ...workspaceColumns, role: members.role })
    .from(members)
    .innerJoin(workspaces, eq(workspaces.id, members.workspaceId))
    .where(
      and(
        eq(members.userId, userId),
        ids === undefined ? undefined : inArray(workspaces.id, [...ids]),
      ),
    )
    .orderBy(sql`${workspaces.personalOf} = ${userId} is not true`, asc(workspaces.id));
  return rows.map(({ role, ...row }) => ({ workspace: toWorkspace(row), role }));
}

/**
 * Finds one workspace that the person is a member of: their personal one, or the one with this
 * UUID.
 */
export async function membershipIn(
  db: Database,
  userId: string,
  uuid: string | null,
): Promise<Membership | null> {
  const isNamed = uuid === null ? eq(workspaces.personalOf, userId) : eq(workspaces.uuid, uuid);
  return findMembership(db, userId, isNamed);
}

/**
 * Finds a workspace by its object id if the person is a member. A text that is no object id finds
 * none.
 */
export async function membershipByObjectId(
  db: Database,
  userId: string,
  objectId: string,
): Promise<Membership | null> {
  const prefix = uuidPrefixOf(objectId);
  if (prefix === null) return null;
  // "g" follows the last hex digit, so the range holds all UUIDs with this prefix and uses the
  // unique index.
  const isNamed = and(gt(workspaces.uuid, prefix), lt(workspaces.uuid, `${prefix}g`));
  return findMembership(db, userId, isNamed);
}

async function findMembership(
  db: Database,
  userId: string,
  isNamed: SQL | undefined,
): Promise<Membership | null> {
  const [row] = await db
    .select({ ...workspaceColumns, role: members.role })
    .from(workspaces)
    .innerJoin(members, and(eq(members.workspaceId, workspaces.id), eq(members.userId, userId)))
    .where(isNamed);
  if (row === undefined) return null;
  const { role, ...workspace } = row;
  return { workspace: toWorkspace(workspace), role };
}
