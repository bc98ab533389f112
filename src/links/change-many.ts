/**
 * Changes or deletes up to a thousand links in one call, each independently of the others: a link
 * that is gone, or that the caller may not delete, does not hold up the rest. Its statements and
 * round trips grow with slices of links, not with links.
 */

import { type SQL, sql } from "drizzle-orm";

import type { QuotaExceeded } from "../access/quotas.ts";
import { batchAround } from "../db/batch.ts";
import { type Database, databaseOf } from "../db/database.ts";
import { links } from "../db/schema/index.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { queueSoon } from "../webhooks/outbox.ts";
import { acceptLink } from "./accept-link.ts";
import type { LinkContext } from "./context.ts";
import type { FieldsRefusal, LinkNotFound, NotLinkOwner } from "./errors.ts";
import type { LinkFilter } from "./filter.ts";
import { leaveAddress } from "./held-codes.ts";
import { tagStatements } from "./insert-links.ts";
import { labelKey } from "./label-key.ts";
import { deletedEventsOfMany, updatedEventsOfMany } from "./link-events.ts";
import type { ListedLink } from "./link.ts";
import type { LinkCursor } from "./lists.ts";
import { lookUp } from "./look-ups.ts";
import { servedAddress } from "./parked.ts";
import { purgeSoon } from "./purge.ts";
import { publishSoon } from "./route/publish.ts";
import { linkStore } from "./store.ts";
import { beyondTags, foreseeTags, unlessBeyondTags } from "./tag-room.ts";
import { archivedAt, type LinkChanges } from "./update-link.ts";

/** The most links of a call. */
export const MANY_LINKS_MAX = 1_000;
/** The links of a batch: each of its statements is far below what D1 lets one take. */
const SLICE_LINKS = 250;
/**
 * The links that are published and purged after the response; the sweep takes care of the others,
 * since each is several of the thousand requests that an invocation may make.
 */
const SOON_MAX = 50;
const TAGS_MAX = 50;

/** Which links: some by their UUIDs, or those that match a filter, newest first. */
export type Selection =
  | { readonly uuids: readonly string[] }
  | { readonly filter: LinkFilter; readonly after: LinkCursor | null };

/** What is to be changed on every link; an absent field keeps its value. */
export interface ManyChanges extends Pick<
  LinkChanges,
  "isActive" | "isArchived" | "collection" | "expiresAtMs"
> {
  /** By name; tags that do not exist yet are created. A tag of both lists is added. */
  readonly addTags?: readonly string[] | undefined;
  readonly removeTags?: readonly string[] | undefined;
}

/** A link would have more tags than one may have. */
export interface TagsFull {
  readonly reason: "tags_full";
  readonly max: number;
}

export type ManyRefusal = LinkNotFound | NotLinkOwner | TagsFull | QuotaExceeded;

export interface ManyOutcome {
  /** How many links were selected. */
  readonly matched: number;
  /** The links that were changed or deleted, or would be. */
  readonly uuids: readonly string[];
  readonly failed: readonly { readonly uuid: string; readonly error: ManyRefusal }[];
  /** Where to continue, if more links match. */
  readonly next: LinkCursor | null;
  /** Whether all of them are published without waiting for the sweep. */
  readonly isLiveSoon: boolean;
}

interface Options {
  /** Tell what would happen, and do nothing. */
  readonly dryRun: boolean;
}

/**
 * Changes links. One that has all of it already is left as it is: it makes no version and no event.
 * The call as a whole is refused if no link could be changed so.
 */
export async function changeMany(
  context: LinkContext,
  selection: Selection,
  changes: ManyChanges,
  { dryRun }: Options,
): Promise<Result<ManyOutcome, FieldsRefusal>> {
  const db = databaseOf(context.env.DB);
  const { isActive, collection, expiresAtMs, addTags = [] } = changes;
  const fields = { isActive, collection, expiresAtMs };
  const lookUps = await lookUp(db, context.access.workspace.id, [fields]);
  const accepted = acceptLink(fields, null, { ...context, lookUps });
  if (!accepted.ok) return err(accepted.error[0]);
  const untagged = await foreseeTags(db, context.access.workspace, [
    { tags: addTags },
    { tags: [] },
  ]);
  if (untagged !== null) return err(untagged);
  const { columns } = accepted.value;
  const selected = await select(context, selection);
  const full = selected.links.filter((link) => tagsAfter(link, changes) > TAGS_MAX);
  const changing = selected.links.filter(
    (link) => !full.includes(link) && isChanged(link, changes, columns.collectionId),
  );
  return ok(
    await runSlices(selected, changing, {
      dryRun,
      failed: full.map(({ uuid }) => ({ uuid, error: { reason: "tags_full", max: TAGS_MAX } })),
      run: async (slice) => {
        const changed = await changeSlice(db, context, slice, changes, columns);
        return changed ?? (await beyondTags(db, context.access.workspace));
      },
      after: (soon) =>
        publishSoon(
          context.env,
          soon.flatMap((link) => servedAddress(link) ?? []),
        ),
    }),
  );
}

/** Deletes links as `deleteLink` does. */
export async function deleteMany(
  context: LinkContext,
  selection: Selection,
  { dryRun }: Options,
): Promise<ManyOutcome> {
  const { env, access } = context;
  const db = databaseOf(env.DB);
  const selected = await select(context, selection);
  const isOwn = ({ userId }: Selected) => access.role !== "member" || userId === access.userId;
  return runSlices(selected, selected.links.filter(isOwn), {
    dryRun,
    failed: selected.links
      .filter((link) => !isOwn(link))
      .map(({ uuid }) => ({ uuid, error: { reason: "not_link_owner" } })),
    run: (slice) => deleteSlice(db, context, slice),
    after(soon) {
      publishSoon(
        env,
        soon.flatMap((link) => servedAddress(link) ?? []),
      );
      const { ledger } = access.workspace;
      for (const { id: linkId, uuid, createdAtMs } of soon) {
        purgeSoon(env, { linkId, uuid, ledger, createdAtMs, resetAtMs: null });
      }
    },
  });
}

/** What is kept of each link while it is decided on. */
type Selected = Pick<
  ListedLink,
  | "id"
  | "uuid"
  | "userId"
  | "domain"
  | "code"
  | "isActive"
  | "archivedAtMs"
  | "collection"
  | "expiresAtMs"
  | "createdAtMs"
> & { readonly tagKeys: ReadonlySet<string> };

interface SelectedLinks {
  readonly links: readonly Selected[];
  readonly unknown: readonly string[];
  readonly next: LinkCursor | null;
}

async function select({ env, access }: LinkContext, selection: Selection): Promise<SelectedLinks> {
  const store = linkStore(databaseOf(env.DB), access.workspace.id);
  const found: Selected[] = [];
  if ("uuids" in selection) {
    const uuids = [...new Set(selection.uuids)];
    for await (const link of store.walkUuids(uuids)) found.push(selectedOf(link));
    const known = new Set(found.map(({ uuid }) => uuid));
    return { links: found, unknown: uuids.filter((uuid) => !known.has(uuid)), next: null };
  }
  const { filter, after } = selection;
  // One more tells whether more links match.
  for await (const link of store.walk(filter, { after, max: MANY_LINKS_MAX + 1 })) {
    found.push(selectedOf(link));
  }
  const taken = found.slice(0, MANY_LINKS_MAX);
  const isMore = found.length > taken.length;
  return { links: taken, unknown: [], next: isMore ? (taken.at(-1) ?? null) : null };
}

function selectedOf(link: ListedLink): Selected {
  const { id, uuid, userId, domain, code, isActive, archivedAtMs } = link;
  const { collection, expiresAtMs, createdAtMs, tags } = link;
  const tagKeys = new Set(tags.map(({ name }) => labelKey(name)));
  const place = { id, uuid, userId, domain, code };
  return { ...place, isActive, archivedAtMs, collection, expiresAtMs, createdAtMs, tagKeys };
}

interface Run {
  readonly dryRun: boolean;
  readonly failed: ManyOutcome["failed"];
  /** Returns the ids of the links that it reached, or why it reached none. */
  readonly run: (slice: readonly Selected[]) => Promise<ReadonlySet<number> | QuotaExceeded>;
  readonly after: (soon: readonly Selected[]) => void;
}

async function runSlices(
  { links: selected, unknown, next }: SelectedLinks,
  wanted: readonly Selected[],
  { dryRun, failed, run, after }: Run,
): Promise<ManyOutcome> {
  const done: Selected[] = [];
  const refused = [
    ...unknown.map((uuid) => ({ uuid, error: { reason: "link_not_found" } as const })),
    ...failed,
  ] as { uuid: string; error: ManyRefusal }[];
  for (let at = 0; at < wanted.length; at += SLICE_LINKS) {
    const slice = wanted.slice(at, at + SLICE_LINKS);
    const reached = dryRun ? new Set(slice.map(({ id }) => id)) : await run(slice);
    for (const link of slice) {
      if ("reason" in reached) refused.push({ uuid: link.uuid, error: reached });
      else if (reached.has(link.id)) done.push(link);
      else refused.push({ uuid: link.uuid, error: { reason: "link_not_found" } });
    }
  }
  if (!dryRun) after(done.slice(0, SOON_MAX));
  return {
    matched: selected.length,
    uuids: done.map(({ uuid }) => uuid),
    failed: refused,
    next,
    isLiveSoon: done.length <= SOON_MAX,
  };
}

function tagsAfter({ tagKeys }: Selected, { addTags = [], removeTags = [] }: ManyChanges): number {
  const keys = new Set(tagKeys);
  for (const name of removeTags) keys.delete(labelKey(name));
  for (const name of addTags) keys.add(labelKey(name));
  // A link that has more already may lose some.
  return keys.size <= tagKeys.size ? 0 : keys.size;
}

function isChanged(
  link: Selected,
  { isActive, isArchived, expiresAtMs, addTags = [], removeTags = [] }: ManyChanges,
  collectionId: number | null | undefined,
): boolean {
  const added = new Set(addTags.map(labelKey));
  return (
    (isActive !== undefined && isActive !== link.isActive) ||
    (isArchived !== undefined && isArchived !== (link.archivedAtMs !== null)) ||
    (expiresAtMs !== undefined && expiresAtMs !== link.expiresAtMs) ||
    (collectionId !== undefined && collectionId !== (link.collection?.id ?? null)) ||
    [...added].some((key) => !link.tagKeys.has(key)) ||
    removeTags.map(labelKey).some((key) => link.tagKeys.has(key) && !added.has(key))
  );
}

/** Matches the links of a slice in a statement about `links` alone. */
function rowsOf(slice: readonly Selected[], workspaceId: number): SQL {
  const ids = JSON.stringify(slice.map(({ id }) => id));
  return sql`id in (select value from json_each(${ids})) and workspace_id = ${workspaceId}`;
}

/** Changes a slice in one batch; null if the plan has no room for its tags. */
async function changeSlice(
  db: Database,
  context: LinkContext,
  slice: readonly Selected[],
  { isArchived, addTags = [], removeTags = [] }: ManyChanges,
  columns: Pick<typeof links.$inferInsert, "isActive" | "collectionId" | "expiresAtMs">,
): Promise<ReadonlySet<number> | null> {
  const { access, nowMs } = context;
  const { workspace } = access;
  const rows = rowsOf(slice, workspace.id);
  const added = new Set(addTags.map(labelKey));
  const removed = removeTags.map(labelKey).filter((key) => !added.has(key));
  const tagged = slice.map(({ uuid }) => ({ uuid, tags: addTags }));
  const events = updatedEventsOfMany(db, context, slice, rows);
  const batch = await unlessBeyondTags(
    batchAround(
      db,
      [
        ...(removed.length === 0 ? [] : [untagging(db, workspace.id, rows, removed)]),
        ...(added.size === 0 ? [] : await tagStatements(db, workspace, tagged, nowMs)),
      ],
      [
        events.insert,
        db
          .update(links)
          .set({
            ...columns,
            ...(isArchived !== undefined && { archivedAtMs: archivedAt(isArchived, nowMs) }),
            version: sql`${links.version} + 1`,
            updatedAtMs: nowMs,
          })
          .where(rows)
          .returning({ id: links.id }),
      ],
      [events.complete],
    ),
  );
  if (batch === null) return null;
  const [refs, changed] = batch;
  queueSoon(context.env, refs);
  return new Set(changed.map(({ id }) => id));
}

function untagging(db: Database, workspaceId: number, rows: SQL, keys: readonly string[]) {
  return db.run(sql`
    delete from link_tags where link_id in (select id from links where ${rows}) and tag_id in (
      select id from tags where workspace_id = ${workspaceId}
        and name_key in (select value from json_each(${JSON.stringify(keys)})))`);
}

/** Deletes a slice in one batch, and records its clean-up there. */
async function deleteSlice(
  db: Database,
  context: LinkContext,
  slice: readonly Selected[],
): Promise<ReadonlySet<number>> {
  const { access, nowMs } = context;
  const { workspace } = access;
  const rows = rowsOf(slice, workspace.id);
  const [refs, deleted] = await batchAround(
    db,
    [
      ...leaveAddress(db, rows, nowMs),
      db.run(sql`
        insert into pending_purges (link_id, link_uuid, ledger, link_created_at_ms)
        select id, uuid, ${workspace.ledger}, created_at_ms from links where ${rows}
        on conflict (link_id) do update set reset_at_ms = null`),
    ],
    [
      deletedEventsOfMany(db, context, slice, rows),
      db.delete(links).where(rows).returning({ id: links.id }),
    ],
  );
  queueSoon(context.env, refs);
  return new Set(deleted.map(({ id }) => id));
}
