/**
 * Inserts new links with their tags and variants, as JSON: D1 binds at most 100 values per
 * statement.
 */

import { type SQL, sql } from "drizzle-orm";

import type { Workspace } from "../access/access.ts";
import type { QuotaExceeded } from "../access/quotas.ts";
import { batchAround, type Statement } from "../db/batch.ts";
import type { Database } from "../db/database.ts";
import { joinSlices } from "../db/json-slices.ts";
import { mapInSlices } from "../platform/pauses.ts";
import { queueSoon } from "../webhooks/outbox.ts";
import type { LinkColumns } from "./accept-link.ts";
import type { LinkContext } from "./context.ts";
import { destinationHash, hashColumn } from "./destination-hash.ts";
import { selectHeldExternalIds } from "./external-ids.ts";
import { foldedColumns } from "./folded.ts";
import { labelKey } from "./label-key.ts";
import { createdEventsStatement } from "./link-events.ts";
import { selectInserted, toInsertedLink } from "./link-row.ts";
import type { Link } from "./link.ts";
import { hasRoom, type Load, overQuota, selectRoom } from "./room.ts";
import { indexStatements } from "./search-index.ts";
import { tagsLeft } from "./tag-room.ts";
import { putVariants } from "./variants/store.ts";
import type { Variant } from "./variants/variant.ts";

/** Rows that are written as JSON before a pause: about a millisecond of the thread. */
const WRITTEN_AT_ONCE = 200;
/** Links that are converted before a pause. */
const CONVERTED_AT_ONCE = 200;

export interface NewLink extends LinkColumns {
  readonly uuid: string;
  readonly domain: string;
  readonly code: string;
  readonly destinationUrl: string;
  readonly passwordHash?: string;
  /** As `bytesOf` measures it. */
  readonly bytes: number;
  readonly tags: readonly string[];
  readonly variants: readonly Variant[];
  /** Whether the link is only inserted if the workspace has none like it (`selectExisting`). */
  readonly isOnly: boolean;
}

export interface InsertedLinks {
  readonly links: readonly Link[];
  /** The external ids of the rows that other links of the workspace have. */
  readonly heldExternalIds: ReadonlySet<string>;
  /** The UUIDs of the rows that were to be the only ones, and are not. */
  readonly existing: ReadonlySet<string>;
  /** Set if no links were created because the plan has no room for all of them. */
  readonly refused: QuotaExceeded | null;
}

/**
 * Inserts the links whose codes are free, in one batch with the statements `alongside`, and returns
 * those that were created. A link whose external id or code is taken, or whose code is held for
 * another workspace, is left out silently; if the plan has no room for all links, none is created.
 */
export async function insertLinks(
  db: Database,
  context: Pick<LinkContext, "env" | "access" | "nowMs">,
  rows: readonly NewLink[],
  alongside: readonly Statement[],
): Promise<InsertedLinks> {
  const { access, nowMs } = context;
  const { workspace } = access;
  const tagged = rows.filter(({ tags }) => tags.length > 0);
  const uuids = rows.map(({ uuid }) => uuid);
  const [inserted, [room], refs, held, rivals] = await batchAround(
    db,
    [
      ...(await insertStatements(db, access, rows, nowMs)),
      ...(tagged.length > 0 ? await tagStatements(db, workspace, tagged, nowMs) : []),
      ...putVariants(db, workspace.id, rows, nowMs),
      ...(await indexStatements(db, workspace.id, rows)),
    ],
    [
      selectInserted(db, workspace.id, uuids),
      selectRoom(db, workspace),
      createdEventsStatement(db, context, uuids),
      selectHeldExternalIds(db, workspace.id, rows),
      selectExisting(db, workspace.id, rows),
    ],
    alongside,
  );
  queueSoon(context.env, refs);
  // A refused insert changed nothing, so this count is the one that caused the refusal.
  const refused = inserted.length === 0 ? overQuota(workspace, room, loadOf(rows)) : null;
  const sent = new Map(rows.map((row) => [row.uuid, row]));
  const links = await mapInSlices(inserted, CONVERTED_AT_ONCE, (row) => {
    const { tags: _tags, variants: _variants, ...columns } = sent.get(row.uuid) ?? row;
    return toInsertedLink({ ...columns, userId: access.userId, createdAtMs: nowMs }, row);
  });
  const heldExternalIds = new Set(held.map(({ externalId }) => externalId));
  const existing = new Set(rivals.map(({ uuid }) => uuid));
  return { links, heldExternalIds, existing, refused };
}

/** Selects the UUIDs of the rows that were to be the only ones, but have rivals. */
function selectExisting(db: Database, workspaceId: number, rows: readonly NewLink[]) {
  const only = rows
    .filter(({ isOnly }) => isOnly)
    .map(({ uuid, domain, destinationUrl }) => ({
      uuid,
      domain,
      destinationUrl,
      destinationHash: destinationHash(destinationUrl),
    }));
  return db.all<{ uuid: string }>(sql`
    select value->>'uuid' as uuid from json_each(${JSON.stringify(only)})
    where ${hasRival(workspaceId)}`);
}

/** True in SQL if another link of the workspace, not archived, leads where a row `value` does. */
function hasRival(workspaceId: number): SQL {
  return sql`exists (
    select 1 from links as rival where rival.destination_hash = value->>'destinationHash'
      and rival.workspace_id = ${workspaceId} and rival.destination_url = value->>'destinationUrl'
      and rival.domain = value->>'domain' and rival.archived_at_ms is null
      and rival.uuid <> value->>'uuid'
  )`;
}

/** Returns what links add to a workspace. */
export function loadOf(rows: readonly Pick<NewLink, "bytes">[]): Load {
  return { links: rows.length, bytes: rows.reduce((sum, { bytes }) => sum + bytes, 0) };
}

async function insertStatements(
  db: Database,
  { userId, workspace }: LinkContext["access"],
  rows: readonly NewLink[],
  nowMs: number,
): Promise<Statement[]> {
  const texts = await mapInSlices(
    rows,
    WRITTEN_AT_ONCE,
    ({ tags: _tags, variants: _variants, ...columns }) =>
      JSON.stringify({ ...columns, ...foldedColumns(columns), ...hashColumn(columns) }),
  );
  const slices = joinSlices(texts);
  return slices.map((json, at) =>
    db.run(sql`
      insert into links (uuid, workspace_id, user_id, domain, code, destination_url, title,
        destination_folded, destination_hash, title_folded, description, external_id, collection_id, is_active, starts_at_ms, ends_at_ms, expires_at_ms,
        expired_url, redirect_status, forward_query, forward_path, social, crawlable, rules, ab_enabled, ab_sticky, clicks_limit,
        clicks_limit_since, limit_reached_url, qr_settings, utm_params, password_hash, password_version, bytes, created_at_ms, updated_at_ms)
      select value->>'uuid', ${workspace.id}, ${userId}, value->>'domain', value->>'code',
        value->>'destinationUrl', value->>'title', value->>'destinationFolded',
        value->>'destinationHash', value->>'titleFolded', value->>'description',
        value->>'externalId', value->>'collectionId',
        coalesce(value->>'isActive', 1), value->>'startsAtMs', value->>'endsAtMs',
        value->>'expiresAtMs', value->>'expiredUrl', coalesce(value->>'redirectStatus', 302),
        coalesce(value->>'forwardQuery', 0), coalesce(value->>'forwardPath', 0),
        value->>'social', coalesce(value->>'crawlable', 0), value->>'rules', coalesce(value->>'abEnabled', 0),
        coalesce(value->>'abSticky', 0), value->>'clicksLimit',
        iif(value->>'clicksLimit' is null, null, 1), value->>'limitReachedUrl',
        value->>'qrSettings',
        value->>'utmParams', value->>'passwordHash', iif(value->>'passwordHash' is null, 0, 1),
        value->>'bytes',
        ${nowMs}, ${nowMs}
      from json_each(${json})
      where not exists (
        select 1 from reserved_codes as held
        where held.domain = value->>'domain' and held.code = value->>'code'
          and held.workspace_id <> ${workspace.id} and held.until_ms > ${nowMs}
      ) and not (coalesce(value->>'isOnly', 0) and ${hasRival(workspace.id)})
      and ${hasRoom(workspace, loadOf(rows), slices.slice(0, at))}
      on conflict do nothing`),
  );
}

/**
 * Puts tags on links by name, and creates the tags that do not exist yet. A link that does not
 * exist, or for which `guard` (a condition on `links`) does not hold, gets none. If the plan has no
 * room for a tag, `link_tags` refuses its absence and the whole batch with it.
 */
export async function tagStatements(
  db: Database,
  workspace: Pick<Workspace, "id" | "plan">,
  tagged: readonly { readonly uuid: string; readonly tags: readonly string[] }[],
  nowMs: number,
  guard: SQL = sql`true`,
): Promise<Statement[]> {
  const workspaceId = workspace.id;
  const pairs = await mapInSlices(
    tagged,
    WRITTEN_AT_ONCE,
    ({ uuid, tags }) =>
      tags.map((name) => JSON.stringify([uuid, name, crypto.randomUUID(), labelKey(name)])),
    ({ tags }) => tags.length,
  );
  return joinSlices(pairs.flat()).flatMap((json) => {
    // SQLite runs cross joins in the order written: pair by pair, each found by an index.
    const found = sql`json_each(${json}) as pair
    cross join links as link on link.uuid = pair.value->>0 and +link.workspace_id = ${workspaceId}
      and link.id in (select id from links where links.id = link.id and ${guard})`;
    return [
      db.run(sql`
      insert into tags (uuid, workspace_id, name, name_key, created_at_ms)
      select min(pair.value->>2), ${workspaceId}, pair.value->>1, pair.value->>3, ${nowMs} from ${found}
      where not exists (
        select 1 from tags where workspace_id = ${workspaceId} and name_key = pair.value->>3
      ) group by pair.value->>3 limit ${tagsLeft(workspace)}`),
      db.run(sql`
      insert into link_tags (link_id, tag_id)
      select link.id, tags.id from ${found}
      left join tags on tags.workspace_id = ${workspaceId} and tags.name_key = pair.value->>3
      where true on conflict do nothing`),
    ];
  });
}
