/**
 * The settings of a workspace that its managers may change, and the dates on which its reports
 * depend.
 */

import { eq } from "drizzle-orm";

import type { Workspace } from "../access/access.ts";
import type { WorkspaceContext } from "../access/context.ts";
import { type Database, databaseOf } from "../db/database.ts";
import { workspaces } from "../db/schema/index.ts";
import { ATTRIBUTION_DAYS } from "../ledger/conversions/contract.ts";
import type { Jurisdiction } from "../ledger/ledger-id.ts";
import { ledgerFor } from "../ledger/stub.ts";
import { err, ok, type Result } from "../platform/result.ts";
import type { WorkspaceRefusal } from "./errors.ts";
import { toWorkspace, workspaceColumns } from "./memberships.ts";

export interface WorkspaceSettings {
  /** Chosen when the workspace was created. */
  readonly jurisdiction: Jurisdiction | null;
  /** How long single clicks are kept, if that is shorter than the installation's retention. */
  readonly clickRetentionDays: number | null;
  /** How many days after a click a conversion is attributed to it. */
  readonly attributionWindowDays: number;
}

/** An absent field keeps its value; null restores the default. */
export interface SettingsChanges {
  readonly name?: string | undefined;
  readonly clickRetentionDays?: number | null | undefined;
  readonly attributionWindowDays?: number | null | undefined;
}

export interface WorkspaceWithSettings {
  readonly workspace: Workspace;
  readonly settings: WorkspaceSettings;
}

const COLUMNS = {
  ...workspaceColumns,
  clickRetentionDays: workspaces.clickRetentionDays,
  attributionDays: workspaces.attributionDays,
};

/** Reads a workspace with its settings. */
export async function readSettings(
  db: Database,
  workspaceId: number,
): Promise<Result<WorkspaceWithSettings, WorkspaceRefusal>> {
  const [row] = await db.select(COLUMNS).from(workspaces).where(eq(workspaces.id, workspaceId));
  return row === undefined ? err({ reason: "workspace_not_found" }) : ok(withSettings(row));
}

/** Changes only the settings that are given. */
export async function changeSettings(
  { env, workspace: { id, ledger } }: Pick<WorkspaceContext, "env" | "workspace">,
  { name, clickRetentionDays, attributionWindowDays: attributionDays }: SettingsChanges,
): Promise<Result<WorkspaceWithSettings, WorkspaceRefusal>> {
  const db = databaseOf(env.DB);
  // The Ledger first: clicks are never kept for longer than the setting shown.
  if (clickRetentionDays !== undefined) {
    await ledgerFor(env, ledger).keepClicksFor(clickRetentionDays);
  }
  if (attributionDays !== undefined) {
    await ledgerFor(env, ledger).attributeWithin(attributionDays);
  }
  const changes = {
    ...(name !== undefined && { name }),
    ...(clickRetentionDays !== undefined && { clickRetentionDays }),
    ...(attributionDays !== undefined && { attributionDays }),
  };
  if (Object.keys(changes).length === 0) return readSettings(db, id);
  const [row] = await db
    .update(workspaces)
    .set(changes)
    .where(eq(workspaces.id, id))
    .returning(COLUMNS);
  return row === undefined ? err({ reason: "workspace_not_found" }) : ok(withSettings(row));
}

type Row = Parameters<typeof toWorkspace>[0] &
  Pick<typeof workspaces.$inferSelect, "clickRetentionDays" | "attributionDays">;

function withSettings({ clickRetentionDays, attributionDays, ...row }: Row): WorkspaceWithSettings {
  const { jurisdiction } = row;
  const attributionWindowDays = attributionDays ?? ATTRIBUTION_DAYS;
  return {
    workspace: toWorkspace(row),
    settings: { jurisdiction, clickRetentionDays, attributionWindowDays },
  };
}

/** Reads for how many days a workspace's conversions and reports look back. */
export async function loadAttributionDays(db: Database, workspaceId: number): Promise<number> {
  const [row] = await db
    .select({ days: workspaces.attributionDays })
    .from(workspaces)
    .where(eq(workspaces.id, workspaceId));
  return row?.days ?? ATTRIBUTION_DAYS;
}

/** Reads when a workspace was created, which is where its history begins. */
export async function loadCreatedAtMs(db: Database, workspaceId: number): Promise<number> {
  const [row] = await db
    .select({ createdAtMs: workspaces.createdAtMs })
    .from(workspaces)
    .where(eq(workspaces.id, workspaceId));
  return row?.createdAtMs ?? 0;
}
