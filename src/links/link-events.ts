/**
 * Notifies webhooks of changes of links, by statements for the batch that makes the change, so that
 * an event exists if and only if its change does.
 *
 * The database builds the payload after the change or, for a deletion, just before it: at that
 * point the link's integer id is known, and nothing has to be read again later.
 */

import { type SQL, sql } from "drizzle-orm";

import type { Statement } from "../db/batch.ts";
import type { Database } from "../db/database.ts";
import { type EventType, newEventId } from "../webhooks/events.ts";
import {
  OUTBOX_COLUMNS,
  OUTBOX_REF,
  type OutboxRef,
  outboxRow,
  type OutboxValues,
  subscribers,
} from "../webhooks/outbox.ts";
import { linkFacts, shortUrl } from "../webhooks/payloads-sql.ts";

export interface LinkEventContext {
  readonly env: Pick<Cloudflare.Env, "PUBLIC_URL">;
  readonly access: { readonly workspace: { readonly id: number } };
  readonly nowMs: number;
}

/** Stores `link.created` for those of these links that exist, in one statement for any number. */
export function createdEventsStatement(
  db: Database,
  { env, access, nowMs }: LinkEventContext,
  uuids: readonly string[],
) {
  const event: EventType = "link.created";
  const ids = JSON.stringify(uuids.map((uuid) => [uuid, newEventId(nowMs)]));
  const row = outboxRow({
    event,
    atMs: nowMs,
    eventId: sql`pair.value->>1`,
    linkId: sql`link.id`,
    data: linkData(env),
    linkFacts,
  });
  // Cross joins keep their order, so without a subscriber no link is read.
  return db.all<OutboxRef>(sql`
    insert into webhook_outbox ${OUTBOX_COLUMNS}
    select ${row} from ${subscribers(access.workspace.id, event)}
    cross join json_each(${ids}) as pair
    cross join links as link
    where link.uuid = pair.value->>0 and link.workspace_id = subscribers.workspace_id
    returning ${OUTBOX_REF}`);
}

export interface UpdatedEventsStatements {
  /** Stores the event; runs before the change, under the same condition. */
  readonly insert: ReturnType<typeof deletedEventsStatement>;
  /** Fills in the event's payload; runs after the change. */
  readonly complete: Statement;
}

/** Stores `link.updated` for the link that matches a condition on `links`, if there is one. */
export function updatedEventsStatements(
  db: Database,
  context: LinkEventContext,
  linkId: number,
  guard: SQL,
): UpdatedEventsStatements {
  const eventId = newEventId(context.nowMs);
  return {
    insert: insertOne(
      db,
      context,
      { event: "link.updated", eventId, data: sql`'{}'`, linkFacts: sql`'{}'` },
      guard,
    ),
    complete: db.run(sql`
      update webhook_outbox
      set (data, link_facts) = (
        select ${linkData(context.env)}, iif(link_facts is null, null, ${linkFacts})
        from links as link where link.id = ${linkId}
      )
      where event_id = ${eventId}`),
  };
}

/**
 * Stores `link.deleted` for the link that matches a condition on `links`; runs before the deletion.
 */
export function deletedEventsStatement(db: Database, context: LinkEventContext, guard: SQL) {
  const eventId = newEventId(context.nowMs);
  const data = linkData(context.env);
  return insertOne(db, context, { event: "link.deleted", eventId, data, linkFacts }, guard);
}

interface OneEvent extends Pick<OutboxValues, "event" | "data" | "linkFacts"> {
  readonly eventId: string;
}

type Ids = readonly { readonly id: number }[];

/** Stores `link.updated` for those of these links that match a condition, like the one for one. */
export function updatedEventsOfMany(
  db: Database,
  context: LinkEventContext,
  ids: Ids,
  guard: SQL,
): UpdatedEventsStatements {
  const pairs = pairsOf(context, ids);
  const nothing = { data: sql`'{}'`, linkFacts: sql`'{}'` };
  return {
    insert: insertMany(db, context, { event: "link.updated", pairs, ...nothing }, guard),
    complete: db.run(sql`
      update webhook_outbox
      set (data, link_facts) = (
        select ${linkData(context.env)}, iif(link_facts is null, null, ${linkFacts})
        from links as link where link.id = webhook_outbox.link_id
      )
      where event_id in (select value->>1 from json_each(${pairs}))`),
  };
}

/** Stores `link.deleted` for those of these links that match a condition; runs before it. */
export function deletedEventsOfMany(db: Database, context: LinkEventContext, ids: Ids, guard: SQL) {
  const data = linkData(context.env);
  const pairs = pairsOf(context, ids);
  return insertMany(db, context, { event: "link.deleted", pairs, data, linkFacts }, guard);
}

/** Gives each link the id of its event, as JSON. */
function pairsOf({ nowMs }: LinkEventContext, ids: Ids): string {
  return JSON.stringify(ids.map(({ id }) => [id, newEventId(nowMs)]));
}

interface ManyEvents extends Pick<OutboxValues, "event" | "data" | "linkFacts"> {
  readonly pairs: string;
}

function insertMany(
  db: Database,
  { access, nowMs }: LinkEventContext,
  { event, pairs, data, linkFacts: facts }: ManyEvents,
  guard: SQL,
) {
  const row = outboxRow({
    event,
    atMs: nowMs,
    eventId: sql`pair.value->>1`,
    linkId: sql`link.id`,
    data,
    linkFacts: facts,
  });
  // Cross joins keep their order, so without a subscriber no link is read.
  return db.all<OutboxRef>(sql`
    insert into webhook_outbox ${OUTBOX_COLUMNS}
    select ${row} from ${subscribers(access.workspace.id, event)}
    cross join json_each(${pairs}) as pair
    cross join links as link on link.id = pair.value->>0
    where link.id in (select id from links where ${guard})
    returning ${OUTBOX_REF}`);
}

function insertOne(
  db: Database,
  { access, nowMs }: LinkEventContext,
  { event, eventId, data, linkFacts: facts }: OneEvent,
  guard: SQL,
) {
  const row = outboxRow({
    event,
    atMs: nowMs,
    eventId: sql`${eventId}`,
    linkId: sql`link.id`,
    data,
    linkFacts: facts,
  });
  return db.all<OutboxRef>(sql`
    insert into webhook_outbox ${OUTBOX_COLUMNS}
    select ${row} from ${subscribers(access.workspace.id, event)}
    cross join (select * from links where ${guard}) as link
    returning ${OUTBOX_REF}`);
}

/**
 * Builds the payload's `data` from a row `link`, with the fields and in the order of PVTLNK's
 * links.
 */
function linkData({ PUBLIC_URL: publicUrl }: LinkEventContext["env"]): SQL {
  const { origin } = new URL(publicUrl);
  return sql`json_object('link', json_object(
    'id', link.id,
    'short_code', link.code,
    'title', link.title,
    'short_url', ${shortUrl(origin)},
    'destination_url', link.destination_url,
    'description', link.description,
    'tags', json((
      select json_group_array(tags.name order by tags.name)
      from link_tags join tags on tags.id = link_tags.tag_id where link_tags.link_id = link.id
    )),
    'active', json(iif(link.is_active, 'true', 'false')),
    'archived', json(iif(link.archived_at_ms is null, 'false', 'true')),
    'scheduled_start_at', ${timeOf(sql`link.starts_at_ms`)},
    'scheduled_end_at', ${timeOf(sql`link.ends_at_ms`)},
    'expires_at', ${timeOf(sql`link.expires_at_ms`)},
    'created_at', ${timeOf(sql`link.created_at_ms`)},
    'updated_at', ${timeOf(sql`link.updated_at_ms`)},
    'uuid', link.uuid
  ))`;
}

function timeOf(ms: SQL): SQL {
  return sql`strftime('%Y-%m-%dT%H:%M:%SZ', ${ms} / 1000, 'unixepoch')`;
}
