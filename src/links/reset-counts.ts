import { sql } from "drizzle-orm";

import { databaseOf } from "../db/database.ts";
import { tolerate } from "../platform/log.ts";
import { err, type Result } from "../platform/result.ts";
import type { LinkContext } from "./context.ts";
import type { LinkNotFound, NotLinkOwner } from "./errors.ts";
import type { Link, LinkRef } from "./link.ts";
import { purge } from "./purge.ts";
import { linkStore } from "./store.ts";

/**
 * Begins the counts of a link again, its click limit included; the link itself stays as it is, so
 * there is no version and no event. Like a deletion, it cannot be undone: a member may reset only
 * their own links. What the Ledger does not do at once, the sweep has it do.
 */
export async function resetCounts(
  { env, access, nowMs }: Pick<LinkContext, "env" | "access" | "nowMs">,
  ref: LinkRef,
): Promise<Result<Link, LinkNotFound | NotLinkOwner>> {
  const db = databaseOf(env.DB);
  const { workspace } = access;
  const found = await linkStore(db, workspace.id).find(ref);
  if (!found.ok) return found;
  const { id, uuid, userId, createdAtMs } = found.value;
  if (access.role === "member" && userId !== access.userId) {
    return err({ reason: "not_link_owner" });
  }
  const { ledger } = workspace;
  const recorded = await db.all(sql`
    insert into pending_purges (link_id, link_uuid, ledger, link_created_at_ms, reset_at_ms)
    select id, uuid, ${ledger}, created_at_ms, ${nowMs} from links
    where id = ${id} and workspace_id = ${workspace.id}
    on conflict (link_id) do update set reset_at_ms = ${nowMs} where reset_at_ms is not null
    returning link_id`);
  // Deleted meanwhile.
  if (recorded.length === 0) return err({ reason: "link_not_found" });
  const pending = { linkId: id, uuid, ledger, createdAtMs, resetAtMs: nowMs };
  await tolerate("link.reset.failed", purge(env, pending), { linkId: id });
  return found;
}
