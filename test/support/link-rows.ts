/** Puts workspaces and links straight into D1, for tests of what happens after a link exists. */

import { env } from "cloudflare:workers";

import { ledgerIdOf, type LedgerId } from "../../src/ledger/ledger-id.ts";

export interface LinkRow {
  readonly id: number;
  readonly uuid: string;
  readonly code: string;
  readonly domain: string;
  readonly ledger: LedgerId;
}

export interface LinkColumns {
  readonly domain?: string;
  readonly code?: string;
  readonly destination_url?: string;
  readonly is_active?: 0 | 1;
  readonly archived_at_ms?: number;
  readonly suspended_at_ms?: number;
  readonly starts_at_ms?: number;
  readonly ends_at_ms?: number;
  readonly expires_at_ms?: number;
  readonly expired_url?: string;
  readonly redirect_status?: number;
  readonly forward_query?: 0 | 1;
  readonly forward_path?: 0 | 1;
  readonly social?: string;
  readonly crawlable?: 0 | 1;
  readonly clicks_limit?: number;
  readonly clicks_limit_since?: number;
  readonly limit_reached_url?: string;
  readonly rules?: string;
  readonly ab_enabled?: 0 | 1;
  readonly ab_sticky?: 0 | 1;
  readonly qr_settings?: string;
  readonly utm_params?: string;
  readonly password_hash?: string;
  readonly password_version?: number;
  readonly version?: number;
  readonly published_version?: number;
}

/** Makes a workspace and gives its id. */
export async function insertWorkspace(): Promise<number> {
  const row = await env.DB.prepare(
    "INSERT INTO workspaces (uuid, name, plan, created_at_ms) VALUES (?1, 'Test', 'enterprise', 0) RETURNING id",
  )
    .bind(crypto.randomUUID())
    .first<{ id: number }>();
  if (row === null) throw new Error("The workspace was not inserted.");
  return row.id;
}

export interface DomainColumns {
  readonly root_url?: string;
  readonly not_found_url?: string;
  readonly robots?: "allow" | "disallow";
  readonly apple_app_site_association?: string;
  readonly asset_links?: string;
}

/** Makes a custom domain that its workspace has proved. */
export async function insertDomain(
  workspaceId: number,
  hostname: string,
  columns: DomainColumns = {},
): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO domains (uuid, workspace_id, claimed_by, hostname, challenge, verified_at_ms,
       created_at_ms, root_url, not_found_url, robots, apple_app_site_association, asset_links)
     VALUES (?1, ?2, 'nobody', ?3, 'challenge', 1, 1, ?4, ?5, ?6, ?7, ?8)`,
  )
    .bind(
      crypto.randomUUID(),
      workspaceId,
      hostname,
      columns.root_url ?? null,
      columns.not_found_url ?? null,
      columns.robots ?? null,
      columns.apple_app_site_association ?? null,
      columns.asset_links ?? null,
    )
    .run();
}

export interface VariantColumns {
  readonly public_id: string;
  readonly url: string;
  readonly weight: number;
  readonly is_active?: 0 | 1;
}

/** Gives a link a variant. */
export async function insertVariant(linkId: number, variant: VariantColumns): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO variants (link_id, public_id, name, url, weight, is_active, created_at_ms, updated_at_ms)
     VALUES (?1, ?2, ?2, ?3, ?4, ?5, 1, 1)`,
  )
    .bind(linkId, variant.public_id, variant.url, variant.weight, variant.is_active ?? 1)
    .run();
}

/** Makes a link, in a workspace of its own unless one is given. */
export async function insertLink(
  columns: LinkColumns = {},
  workspaceId?: number,
): Promise<LinkRow> {
  const workspace = workspaceId ?? (await insertWorkspace());
  const code = columns.code ?? `t${crypto.randomUUID().replaceAll("-", "").slice(0, 12)}`;
  const row = {
    uuid: crypto.randomUUID(),
    workspace_id: workspace,
    user_id: "test-user",
    destination_url: "https://example.com/landing",
    created_at_ms: 1_000,
    updated_at_ms: 1_000,
    ...columns,
    code,
  };
  const names = Object.keys(row);
  const inserted = await env.DB.prepare(
    `INSERT INTO links (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})
     RETURNING id, (SELECT uuid FROM workspaces WHERE id = workspace_id) AS workspace`,
  )
    .bind(...Object.values(row))
    .first<{ id: number; workspace: string }>();
  if (inserted === null) throw new Error("The link was not inserted.");
  return {
    id: inserted.id,
    uuid: row.uuid,
    code,
    domain: columns.domain ?? "",
    ledger: ledgerIdOf({ uuid: inserted.workspace, jurisdiction: null }),
  };
}

/** Changes a link as a writer does, without telling KV: the version grows. */
export async function changeDestination(id: number, destination: string): Promise<void> {
  await env.DB.prepare(
    "UPDATE links SET destination_url = ?2, version = version + 1, updated_at_ms = ?3 WHERE id = ?1",
  )
    .bind(id, destination, 2_000)
    .run();
}
