import { sql } from "drizzle-orm";

import { batchAround } from "../db/batch.ts";
import { databaseOf } from "../db/database.ts";
import { links } from "../db/schema/index.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { queueSoon } from "../webhooks/outbox.ts";
import type { LinkContext } from "./context.ts";
import type { DeleteLinkRefusal } from "./errors.ts";
import { leaveAddress, rowOf } from "./held-codes.ts";
import { deletedEventsStatement } from "./link-events.ts";
import type { Link, LinkRef } from "./link.ts";
import { servedAddress } from "./parked.ts";
import { purgeSoon } from "./purge.ts";
import { publishSoon } from "./route/publish.ts";
import { linkStore } from "./store.ts";

/**
 * Deletes a link for good, and records the clean-up in the same batch: its address is removed from
 * KV, the Ledger forgets its clicks, and its code is held for 90 days. The first two begin at once
 * and finish after the response is sent. Returns the link as it was.
 *
 * A member may delete only their own links. With `expectedVersions`, the link must be at one of
 * them.
 */
export async function deleteLink(
  context: Pick<LinkContext, "env" | "access" | "nowMs">,
  ref: LinkRef,
  expectedVersions: readonly number[] | null = null,
): Promise<Result<Link, DeleteLinkRefusal>> {
  const { env, access, nowMs } = context;
  const db = databaseOf(env.DB);
  const { workspace } = access;
  const store = linkStore(db, workspace.id);
  const found = await store.find(ref);
  if (!found.ok) return found;
  const link = found.value;
  if (access.role === "member" && link.userId !== access.userId) {
    return err({ reason: "not_link_owner" });
  }
  if (expectedVersions !== null && !expectedVersions.includes(link.version)) {
    return err({ reason: "version_mismatch", version: link.version });
  }
  const guard = rowOf(link, workspace.id, expectedVersions !== null);
  const [refs, deleted] = await batchAround(
    db,
    [
      ...leaveAddress(db, guard, nowMs),
      db.run(sql`
        insert into pending_purges (link_id, link_uuid, ledger, link_created_at_ms)
        select id, uuid, ${workspace.ledger}, created_at_ms from links where ${guard}
        on conflict (link_id) do update set reset_at_ms = null`),
    ],
    [
      deletedEventsStatement(db, context, guard),
      db.delete(links).where(guard).returning({ domain: links.domain, code: links.code }),
    ],
  );
  queueSoon(env, refs);
  if (deleted.length > 0) {
    publishSoon(
      env,
      deleted.flatMap((row) => servedAddress(row) ?? []),
    );
    const { id: linkId, uuid, createdAtMs } = link;
    purgeSoon(env, { linkId, uuid, ledger: workspace.ledger, createdAtMs, resetAtMs: null });
    return ok(link);
  }
  // Another request changed or deleted the link between the read and the batch.
  const now = await store.find({ id: link.id });
  return now.ok ? err({ reason: "version_mismatch", version: now.value.version }) : now;
}
