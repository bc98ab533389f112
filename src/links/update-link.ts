import { type SQL, sql } from "drizzle-orm";

import { batchAround, type Statement, type Alongside } from "../db/batch.ts";
import { databaseOf, type Database } from "../db/database.ts";
import { links } from "../db/schema/index.ts";
import { hashPassword } from "../platform/password.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { queueSoon } from "../webhooks/outbox.ts";
import type { LinkContext } from "./context.ts";
import type { FieldsRefusal, UpdateLinkRefusal } from "./errors.ts";
import { columnsOf, type LinkColumns, refuseReserved, tagNamesOf } from "./fields.ts";
import { leaveAddress, rowOf } from "./held-codes.ts";
import { tagStatements } from "./insert-links.ts";
import { updatedEvents } from "./link-events.ts";
import type { Link, LinkFields, LinkRef } from "./link.ts";
import { lookUp, type LookUps } from "./look-ups.ts";
import { isFreePlace, type LinkPlace, servedAddress } from "./parked.ts";
import { publishSoon } from "./route/publish.ts";
import { acceptVariants } from "./routing.ts";
import { linkOf, linkStore } from "./store.ts";
import { replaceVariants } from "./variants/store.ts";
import type { Variant } from "./variants/variant.ts";

export interface LinkChanges extends LinkFields {
  /** Within the dialect's grammar. */
  readonly code?: string | undefined;
  readonly domain?: string | undefined;
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
  const before = await store.find(ref);
  if (before === null) return err({ code: "link_not_found" });
  if (expectedVersions !== null && !expectedVersions.includes(before.version)) {
    return err({ code: "version_mismatch", version: before.version });
  }
  const change = await changeOf(db, context, before, changes);
  if (!change.ok) return change;
  const { columns, place, moves, tags, variants } = change.value;
  if (Object.keys(columns).length === 0 && tags === null && variants === null && !moves) {
    return ok(before);
  }

  const { nowMs } = context;
  const { uuid } = before;
  const row = rowOf(before, workspaceId, expectedVersions !== null);
  // Every statement asks the same: either all of them find the link as it must be, or none does.
  const may = moves ? sql`${row} and ${isFreePlace(place, workspaceId, nowMs)}` : row;
  const events = updatedEvents(db, context, before.id, may);
  const [told, updated, rows] = await batchAround(
    db,
    [
      ...(tags === null ? [] : replaceTags(db, context, before, tags, may)),
      ...(variants === null
        ? []
        : replaceVariants(db, workspaceId, { uuid, variants }, nowMs, may)),
      ...(moves ? leaveAddress(db, may, nowMs) : []),
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
        .where(may)
        .returning({ id: links.id }),
      store.selectByUuids([uuid]),
    ],
    [events.complete, ...(alongside?.([uuid]) ?? [])],
  );
  queueSoon(context.env, told);
  const [after] = rows.map(linkOf);
  if (after === undefined) return err({ code: "link_not_found" });
  if (updated.length > 0) {
    const places = moves ? [before, place] : [place];
    publishSoon(
      context.env,
      places.flatMap((it) => servedAddress(it) ?? []),
    );
    return ok(after);
  }
  return expectedVersions === null || after.version === before.version
    ? err({ code: "code_taken", slug: place.code })
    : err({ code: "version_mismatch", version: after.version });
}

interface Change {
  readonly columns: LinkColumns &
    Pick<typeof links.$inferInsert, "collectionId"> & {
      archivedAtMs?: SQL | null;
      clicksLimitSince?: SQL | null;
      passwordVersion?: SQL;
    };
  readonly place: LinkPlace;
  readonly moves: boolean;
  /** What they are to be; null where they stay. */
  readonly tags: readonly string[] | null;
  readonly variants: readonly Variant[] | null;
}

async function changeOf(
  db: Database,
  context: LinkContext,
  before: Link,
  changes: LinkChanges,
): Promise<Result<Change, FieldsRefusal>> {
  const lookUps = await lookUp(db, context.access.workspace.id, [changes]);
  const { collection, isArchived, clicksLimit } = changes;
  const place = placeOf(before, changes, lookUps);
  if (!place.ok) return place;
  const columns = columnsOf(changes, before, context);
  if (!columns.ok) return columns;
  const variants = acceptVariants(changes.abTest, before.abTest, context);
  if (!variants.ok) return variants;
  const collectionId = lookUps.collection(collection);
  if (!collectionId.ok) return collectionId;
  return ok({
    ...place.value,
    tags: changes.tags === undefined ? null : tagNamesOf(changes.tags),
    variants: variants.value ?? null,
    columns: {
      ...columns.value,
      ...(collectionId.value !== undefined && { collectionId: collectionId.value }),
      ...(isArchived !== undefined && { archivedAtMs: archivedAt(isArchived, context.nowMs) }),
      ...(clicksLimit !== undefined && { clicksLimitSince: limitSince(clicksLimit) }),
      ...(changes.password !== undefined && (await passwordColumns(changes.password))),
    },
  });
}

function placeOf(
  before: Link,
  changes: LinkChanges,
  lookUps: LookUps,
): Result<Pick<Change, "place" | "moves">, FieldsRefusal> {
  const { domain = before.domain, code = before.code } = changes;
  // A domain that was lost, or a word that was reserved after the link took it, stays the link's.
  const stays = domain === null || domain === before.domain;
  const allowed = stays ? ok(domain) : lookUps.domain(domain);
  if (!allowed.ok) return allowed;
  const parkedDomain = allowed.value === null ? before.parkedDomain : null;
  const place = { domain: allowed.value, parkedDomain, code };
  const moves = !stays || code !== before.code;
  const word = moves ? refuseReserved(code) : ok(code);
  return word.ok ? ok({ place, moves }) : word;
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
  may: SQL,
): Statement[] {
  return [
    db.run(sql`delete from link_tags where link_id in (select id from links where ${may})`),
    ...tagStatements(db, access.workspace.id, [{ uuid, tags }], nowMs, may),
  ];
}
