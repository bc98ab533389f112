/**
 * Sends conversions to webhooks. The event's id is derived from the conversion's, so a repeated
 * call adds no second event. A stored event is sent even if the request fails afterwards.
 */

import { sql } from "drizzle-orm";

import type { Database } from "../db/database.ts";
import { sha256Hex } from "../platform/bytes.ts";
import { firstBatchIdAt } from "../platform/timed-id.ts";
import type { EventType } from "../webhooks/events.ts";
import {
  OUTBOX_COLUMNS,
  OUTBOX_REF,
  type OutboxRef,
  outboxRow,
  queueSoon,
  subscribers,
} from "../webhooks/outbox.ts";
import { linkPayload, variantPayload } from "../webhooks/payloads-sql.ts";
import { toClickPayload, toConversionPayload } from "../webhooks/payloads.ts";
import type { PostbackGoal } from "./postback-goal.ts";
import type { TrackedConversion } from "./tracked-conversion.ts";

const EVENT: EventType = "conversion.tracked";
const ID_DIGITS = 24; // as many as follow the time in a random event id

/** Stores `conversion.tracked` for its subscribers and queues it. */
export async function tellConversion(
  env: Cloudflare.Env,
  db: Database,
  { workspaceId, ledger, uuid, name }: PostbackGoal,
  conversion: TrackedConversion,
): Promise<void> {
  const { id, atMs, orderId, value, currency, attribution } = conversion;
  const digest = await sha256Hex(`conversion/${ledger}/${id}`);
  const linkId = attribution?.linkId ?? null;
  const link = sql`(
    select ${linkPayload} from links
    where id = ${linkId} and workspace_id = ${workspaceId})`;
  const variant = sql`(
    select ${variantPayload} from variants
    where link_id = ${linkId} and public_id = ${attribution?.variant ?? null})`;
  // A click that is no longer in the log is described by what its attribution kept.
  const click =
    attribution === null
      ? null
      : toClickPayload(attribution.clickId, attribution.clickedAtMs, attribution.click);
  const told = toConversionPayload({
    id,
    orderId,
    value,
    currency,
    attributed: attribution !== null,
    atMs,
    goal: { uuid, name },
  });
  const row = outboxRow({
    event: EVENT,
    atMs,
    eventId: sql`${firstBatchIdAt(atMs) + digest.slice(0, ID_DIGITS)}`,
    linkId: sql`${linkId}`,
    data: sql`json_object('link', json(${link}), 'click', json(${JSON.stringify(click)}),
      'variant', json(${variant}), 'conversion', json(${JSON.stringify(told)}))`,
  });
  const refs = await db.all<OutboxRef>(sql`
    insert into webhook_outbox ${OUTBOX_COLUMNS}
    select ${row} from ${subscribers(workspaceId, EVENT)} where true
    on conflict do nothing returning ${OUTBOX_REF}`);
  queueSoon(env, refs);
}
