/**
 * Deletes a workspace in two steps. The first is one batch, after which the workspace has no
 * members and its domains serve nothing. The second deletes its links in slices and finally its
 * Ledger, either in the request that began the deletion or in a sweep.
 */

import { waitUntil } from "cloudflare:workers";
import { sql } from "drizzle-orm";

import type { WorkspaceContext } from "../access/context.ts";
import { batchAround } from "../db/batch.ts";
import { type Database, databaseOf } from "../db/database.ts";
import type { LedgerId } from "../ledger/ledger-id.ts";
import { ledgerFor } from "../ledger/stub.ts";
import { leaveAddress } from "../links/held-codes.ts";
import type { LinkAddress } from "../links/route/address.ts";
import { publishSoon } from "../links/route/publish.ts";
import { tolerate } from "../platform/log.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { leaveHostnames } from "./custom-hostnames.ts";
import { leaveHosts } from "./domains.ts";
import type { WorkspaceRefusal } from "./errors.ts";

const SLICE_LINKS = 500;
const WORKSPACES_MAX = 5;
/**
 * The most addresses that one request publishes: each costs KV and D1 operations of the request.
 */
const PUBLISHED_MAX = 100;

/**
 * Ends all access to a workspace at once, and records what is left to do. The first links are
 * deleted after the response is sent; the sweeps continue with the others, or begin if that fails.
 */
export async function deleteWorkspace({
  env,
  workspace: { id, ledger },
  nowMs,
}: WorkspaceContext): Promise<Result<null, WorkspaceRefusal>> {
  const db = databaseOf(env.DB);
  const isClosing = sql`exists (select 1 from pending_closures where workspace_id = ${id})`;
  const begun = db.all(sql`
    insert into pending_closures (workspace_id, ledger, created_at_ms)
    select id, ${ledger}, ${nowMs} from workspaces where id = ${id} and personal_of is null
    on conflict (workspace_id) do nothing returning workspace_id`);
  const [started, addresses] = await batchAround(
    db,
    [],
    [
      begun,
      db.all<LinkAddress>(sql`
        select domain, code from links where workspace_id = ${id} and domain is not null
        order by id limit ${PUBLISHED_MAX}`),
      db.run(sql`delete from members where workspace_id = ${id} and ${isClosing}`),
      db.run(sql`delete from invitations where workspace_id = ${id} and ${isClosing}`),
      leaveHostnames(db, sql`workspace_id = ${id} and ${isClosing}`, nowMs),
      leaveHosts(
        db,
        sql`workspace_id = ${id} and ${isClosing} and verified_at_ms is not null`,
        nowMs,
      ),
      db.run(sql`delete from domains where workspace_id = ${id} and ${isClosing}`),
      db.run(sql`delete from tokens where workspace_id = ${id} and ${isClosing}`),
    ],
  );
  if (started.length > 0) {
    waitUntil(closeNow(env, addresses, nowMs));
    return ok(null);
  }
  const [known] = await db.all(sql`select 1 from workspaces where id = ${id} and not ${isClosing}`);
  return err({ reason: known === undefined ? "workspace_not_found" : "workspace_personal" });
}

async function closeNow(
  env: Cloudflare.Env,
  addresses: readonly LinkAddress[],
  nowMs: number,
): Promise<void> {
  await tolerate("workspace.close.failed", closeWorkspaces(env, nowMs));
  publishSoon(env, addresses);
}

/**
 * Continues deleting workspaces: a slice of links from each of a few workspaces, and if no links
 * are left, the Ledger and the workspace itself. Returns whether there was progress and more is
 * left.
 *
 * The tombstones take care of KV.
 */
export async function closeWorkspaces(env: Cloudflare.Env, nowMs: number): Promise<boolean> {
  const db = databaseOf(env.DB);
  const closing = await db.all<Closing>(sql`
    select workspace_id as "workspaceId", ledger from pending_closures
    order by created_at_ms, workspace_id limit ${WORKSPACES_MAX}`);
  let goesOn = false;
  for (const workspace of closing) {
    const work = closeSlice(env, workspace, nowMs);
    goesOn = (await tolerate("workspace.close.failed", work)) === "more" || goesOn;
  }
  return goesOn;
}

/** Deletes a slice of a workspace's links, and if none are left, the Ledger and the workspace. */
export async function closeSlice(
  env: Cloudflare.Env,
  closing: Closing,
  nowMs: number,
): Promise<"more" | "done"> {
  const deleted = await deleteLinks(databaseOf(env.DB), closing, nowMs);
  if (deleted === SLICE_LINKS) return "more";
  await end(env, closing);
  return "done";
}

interface Closing {
  readonly workspaceId: number;
  readonly ledger: LedgerId;
}

/**
 * Deletes the next links and leaves tombstones of their addresses; returns how many links it
 * deleted.
 */
async function deleteLinks(
  db: Database,
  { workspaceId, ledger }: Closing,
  nowMs: number,
): Promise<number> {
  const guard = sql`id in (
    select id from links where workspace_id = ${workspaceId} order by id limit ${SLICE_LINKS})`;
  const [deleted] = await batchAround(
    db,
    [
      ...leaveAddress(db, guard, nowMs),
      // Clicks are deleted with the whole Ledger; a link's gate is an object of its own.
      db.run(sql`
        insert into pending_purges (link_id, link_uuid, ledger, link_created_at_ms)
        select id, uuid, ${ledger}, created_at_ms from links
        where ${guard} and (clicks_limit_since is not null or password_version > 0)
        on conflict (link_id) do update set reset_at_ms = null`),
    ],
    [db.all(sql`delete from links where ${guard} returning id`)],
  );
  return deleted.length;
}

/**
 * Deletes a workspace that has no links left. A link or token created meanwhile keeps the row, and
 * the next sweep deletes it.
 */
async function end(env: Cloudflare.Env, { workspaceId, ledger }: Closing): Promise<void> {
  const db = databaseOf(env.DB);
  await ledgerFor(env, ledger).close();
  await batchAround(
    db,
    [],
    [
      db.run(sql`delete from tokens where workspace_id = ${workspaceId}`),
      db.run(sql`
        delete from workspaces where id = ${workspaceId}
          and not exists (select 1 from links where workspace_id = ${workspaceId})`),
      db.run(sql`
        delete from pending_closures where workspace_id = ${workspaceId}
          and not exists (select 1 from workspaces where id = ${workspaceId})`),
    ],
  );
}
