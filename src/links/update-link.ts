import { type SQL, sql } from "drizzle-orm";

import { batchAround, type Statement, type Alongside } from "../db/batch.ts";
import { databaseOf, type Database } from "../db/database.ts";
import { links } from "../db/schema/index.ts";
import { hashPassword } from "../platform/password.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { queueSoon } from "../webhooks/outbox.ts";
import { acceptLink, type WantedLink } from "./accept-link.ts";
import type { LinkContext } from "./context.ts";
import { hashColumn } from "./destination-hash.ts";
import type { UpdateLinkRefusal } from "./errors.ts";
import { isFreeExternalId } from "./external-ids.ts";
import { foldedColumns } from "./folded.ts";
import { forecast } from "./forecast.ts";
import { leaveAddress, rowOf } from "./held-codes.ts";
import { tagStatements } from "./insert-links.ts";
import { updatedEventsStatements } from "./link-events.ts";
import { toLink } from "./link-row.ts";
import { bytesInSql, growthOf, isMeasured } from "./link-size.ts";
import type { Link, LinkRef } from "./link.ts";
import { lookUp } from "./look-ups.ts";
import { onlyChanges } from "./only-changes.ts";
import { isFreePlace, servedAddress, shownDomain } from "./parked.ts";
import { beyondBytes, bytesWithin, selectRoom, unlessBeyondBytes } from "./room.ts";
import { publishSoon } from "./route/publish.ts";
import { reindexStatements } from "./search-index.ts";
import { linkStore } from "./store.ts";
import { beyondTags, unlessBeyondTags } from "./tag-room.ts";
import { replaceVariants } from "./variants/store.ts";

export interface LinkChanges extends WantedLink {
  readonly isArchived?: boolean | undefined;
}

export interface UpdateOptions {
  /** The versions that the change may apply to; null for any. */
  readonly expectedVersions?: readonly number[] | null;
  readonly alongside?: Alongside;
}

/**
 * Changes only the fields that are given. Returns the link as it is now. A change that leaves
 * everything as it is makes no event and no version.
 *
 * A new code or domain leaves a tombstone of the old address in the same batch. If two concurrent
 * changes set the same field, the later one wins, unless `expectedVersions` prevents it.
 */
export async function updateLink(
  context: LinkContext,
  ref: LinkRef,
  wanted: LinkChanges,
  { expectedVersions = null, alongside }: UpdateOptions = {},
): Promise<Result<Link, UpdateLinkRefusal>> {
  const db = databaseOf(context.env.DB);
  const { workspace } = context.access;
  const workspaceId = workspace.id;
  const store = linkStore(db, workspaceId);
  const found = await store.find(ref);
  if (!found.ok) return found;
  const before = found.value;
  if (expectedVersions !== null && !expectedVersions.includes(before.version)) {
    return err({ reason: "version_mismatch", version: before.version });
  }
  const changes = onlyChanges(wanted, before);
  const lookUps = await lookUp(db, workspaceId, [changes]);
  const accepted = acceptLink(changes, before, { ...context, lookUps });
  if (!accepted.ok) return err(accepted.error[0]);
  const { moves, tags, variants } = accepted.value;
  const place = { ...accepted.value.place, code: accepted.value.place.code ?? before.code };
  const growth = growthOf(before, accepted.value.columns, variants);
  const adding = { links: 0, bytes: growth };
  const foreseen = await forecast(db, context, moves ? [place] : [], adding);
  if (!foreseen.ok) return foreseen;
  const [refusal] = foreseen.value.refusals;
  if (refusal !== undefined) {
    await foreseen.value.giveUp();
    return err(refusal);
  }
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
  // All statements have the same condition, so either all of them apply or none does.
  const { externalId = null } = columns;
  const guard = sql.join(
    [
      row,
      ...(moves ? [isFreePlace(place, workspaceId, nowMs)] : []),
      ...(externalId === null ? [] : [isFreeExternalId(externalId, before.id, workspaceId)]),
    ],
    sql` and `,
  );
  const events = updatedEventsStatements(db, context, before.id, guard);
  const address = { domain: shownDomain(place), code: place.code };
  const isSized = variants !== null || isMeasured(columns);
  const bytes = bytesWithin(workspace, growth, bytesInSql(accepted.value.columns));
  const changing = batchAround(
    db,
    [
      ...(tags === null ? [] : await replaceTags(db, context, before, tags, guard)),
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
          ...foldedColumns(columns),
          ...hashColumn(columns),
          ...(moves ? place : {}),
          ...(isSized && { bytes }),
          version: sql`${links.version} + 1`,
          updatedAtMs: nowMs,
        })
        .where(guard)
        .returning({ id: links.id }),
      store.selectByUuids([uuid]),
    ],
    [
      events.complete,
      ...reindexStatements(db, workspaceId, uuid, { ...columns, ...(moves && address) }),
      ...foreseen.value.settle(),
      ...(alongside?.([uuid]) ?? []),
    ],
  );
  const changed = await unlessBeyondTags(unlessBeyondBytes(changing).then((rows) => ({ rows })));
  if (changed === null) {
    await foreseen.value.giveUp();
    return err(await beyondTags(db, workspace));
  }
  if (changed.rows === null) {
    // Others have taken the room since the forecast.
    await foreseen.value.giveUp();
    const [used] = await selectRoom(db, workspace);
    return err(beyondBytes(workspace, used));
  }
  const [refs, updated, rows] = changed.rows;
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
  if (expectedVersions !== null && after.version !== before.version) {
    return err({ reason: "version_mismatch", version: after.version });
  }
  const isHeld = externalId !== null && (await store.findBy({ externalId })).ok;
  return isHeld
    ? err({ reason: "external_id_taken", externalId })
    : err({ reason: "code_taken", code: place.code });
}

/** Returns the columns of a change beyond those that new links set too. */
async function columnsOfChange({ isArchived, clicksLimit, password }: LinkChanges, nowMs: number) {
  return {
    ...(isArchived !== undefined && { archivedAtMs: archivedAt(isArchived, nowMs) }),
    ...(clicksLimit !== undefined && { clicksLimitSince: limitSince(clicksLimit) }),
    ...(password !== undefined && (await passwordColumns(password))),
  };
}

/**
 * The new version invalidates cookies of the previous password, even if the new one is the same.
 */
async function passwordColumns(password: string | null) {
  return {
    passwordHash: password === null ? null : await hashPassword(password),
    passwordVersion: sql`${links.passwordVersion} + 1`,
  };
}

/** Archiving an archived link keeps its time. */
export function archivedAt(isArchived: boolean, nowMs: number): SQL | null {
  return isArchived ? sql`coalesce(${links.archivedAtMs}, ${nowMs})` : null;
}

/** A limit on a link without one begins at this version: the gate then starts a new count. */
function limitSince(limit: number | null): SQL | null {
  return limit === null
    ? null
    : sql`iif(${links.clicksLimit} is null, ${links.version} + 1, ${links.clicksLimitSince})`;
}

async function replaceTags(
  db: Database,
  { access, nowMs }: LinkContext,
  { uuid }: Link,
  tags: readonly string[],
  guard: SQL,
): Promise<Statement[]> {
  return [
    db.run(sql`delete from link_tags where link_id in (select id from links where ${guard})`),
    ...(await tagStatements(db, access.workspace, [{ uuid, tags }], nowMs, guard)),
  ];
}
