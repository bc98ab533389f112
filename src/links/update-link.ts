import { type SQL, sql } from "drizzle-orm";

import { batchAround, type Statement, type Alongside } from "../db/batch.ts";
import { databaseOf, type Database } from "../db/database.ts";
import { links } from "../db/schema/index.ts";
import { hashPassword } from "../platform/password.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { queueSoon } from "../webhooks/outbox.ts";
import { acceptLink, type WantedLink } from "./accept-link.ts";
import type { LinkContext } from "./context.ts";
import type { UpdateLinkRefusal } from "./errors.ts";
import { leaveAddress, rowOf } from "./held-codes.ts";
import { tagStatements } from "./insert-links.ts";
import { updatedEventsStatements } from "./link-events.ts";
import { toLink } from "./link-row.ts";
import type { Link, LinkRef } from "./link.ts";
import { lookUp } from "./look-ups.ts";
import { isFreePlace, servedAddress } from "./parked.ts";
import { publishSoon } from "./route/publish.ts";
import { linkStore } from "./store.ts";
import { replaceVariants } from "./variants/store.ts";

export interface LinkChanges extends WantedLink {
  readonly isArchived?: boolean | undefined;
}

export interface UpdateOptions {
  /** The change is meant for one of these versions only; null for whatever the link is now. */
  readonly expectedVersions?: readonly number[] | null;
  readonly alongside?: Alongside;
}

/**
 * Changes the fields that are given, and nothing else. Returns the link as it is now.
 *
 * A new code or domain leaves a tombstone of the old address in the same batch. Of two changes at
 * once to one field the later wins, unless `expectedVersions` says that it must not.
 */
export async function updateLink(
  context: LinkContext,
  ref: LinkRef,
  changes: LinkChanges,
  { expectedVersions = null, alongside }: UpdateOptions = {},
): Promise<Result<Link, UpdateLinkRefusal>> {
  const db = databaseOf(context.env.DB);
  const workspaceId = context.access.workspace.id;
  const store = linkStore(db, workspaceId);
  const found = await store.find(ref);
  if (!found.ok) return found;
  const before = found.value;
  if (expectedVersions !== null && !expectedVersions.includes(before.version)) {
    return err({ reason: "version_mismatch", version: before.version });
  }
  const lookUps = await lookUp(db, workspaceId, [changes]);
  const accepted = acceptLink(changes, before, { ...context, lookUps });
  if (!accepted.ok) return err(accepted.error[0]);
  const { moves, tags, variants } = accepted.value;
  const place = { ...accepted.value.place, code: accepted.value.place.code ?? before.code };
  const columns = {
    ...accepted.value.columns,
    ...(await columnsOfChange(changes, context.nowMs)),
  };
  if (Object.keys(columns).length === 0 && tags === null && variants === null && !moves) {
    return ok(before);
  }

  const { nowMs } = context;
  const { uuid } = before;
  const row = rowOf(before, workspaceId, expectedVersions !== null);
  // Every statement asks the same: either all of them find the link as it must be, or none does.
  const guard = moves ? sql`${row} and ${isFreePlace(place, workspaceId, nowMs)}` : row;
  const events = updatedEventsStatements(db, context, before.id, guard);
  const [refs, updated, rows] = await batchAround(
    db,
    [
      ...(tags === null ? [] : replaceTags(db, context, before, tags, guard)),
      ...(variants === null
        ? []
        : replaceVariants(db, workspaceId, { uuid, variants }, nowMs, guard)),
      ...(moves ? leaveAddress(db, guard, nowMs) : []),
    ],
    [
      events.insert,
      db
        .update(links)
        .set({
          ...columns,
          ...(moves ? place : {}),
          version: sql`${links.version} + 1`,
          updatedAtMs: nowMs,
        })
        .where(guard)
        .returning({ id: links.id }),
      store.selectByUuids([uuid]),
    ],
    [events.complete, ...(alongside?.([uuid]) ?? [])],
  );
  queueSoon(context.env, refs);
  const [after] = rows.map(toLink);
  if (after === undefined) return err({ reason: "link_not_found" });
  if (updated.length > 0) {
    const places = moves ? [before, place] : [place];
    publishSoon(
      context.env,
      places.flatMap((it) => servedAddress(it) ?? []),
    );
    return ok(after);
  }
  return expectedVersions === null || after.version === before.version
    ? err({ reason: "code_taken", code: place.code })
    : err({ reason: "version_mismatch", version: after.version });
}

/** What a change writes besides what a new link does too. */
async function columnsOfChange({ isArchived, clicksLimit, password }: LinkChanges, nowMs: number) {
  return {
    ...(isArchived !== undefined && { archivedAtMs: archivedAt(isArchived, nowMs) }),
    ...(clicksLimit !== undefined && { clicksLimitSince: limitSince(clicksLimit) }),
    ...(password !== undefined && (await passwordColumns(password))),
  };
}

/** Cookies of the password before no longer fit, even if it is the same again. */
async function passwordColumns(password: string | null) {
  return {
    passwordHash: password === null ? null : await hashPassword(password),
    passwordVersion: sql`${links.passwordVersion} + 1`,
  };
}

/** Archiving again does not make it later. */
function archivedAt(isArchived: boolean, nowMs: number): SQL | null {
  return isArchived ? sql`coalesce(${links.archivedAtMs}, ${nowMs})` : null;
}

/** A limit where there was none begins with this version: its gate then counts anew. */
function limitSince(limit: number | null): SQL | null {
  return limit === null
    ? null
    : sql`iif(${links.clicksLimit} is null, ${links.version} + 1, ${links.clicksLimitSince})`;
}

function replaceTags(
  db: Database,
  { access, nowMs }: LinkContext,
  { uuid }: Link,
  tags: readonly string[],
  guard: SQL,
): Statement[] {
  return [
    db.run(sql`delete from link_tags where link_id in (select id from links where ${guard})`),
    ...tagStatements(db, access.workspace.id, [{ uuid, tags }], nowMs, guard),
  ];
}
