/** The conversions that a workspace has counted: lists them, refunds them and deletes them. */

import { sql } from "drizzle-orm";

import type { WorkspaceContext } from "../access/context.ts";
import { databaseOf } from "../db/database.ts";
import type { ConversionQuery, LoggedConversion } from "../ledger/conversions/contract.ts";
import type { OfferedEvent } from "../ledger/deliveries/contract.ts";
import { ledgerFor } from "../ledger/stub.ts";
import { sha256Hex } from "../platform/bytes.ts";
import { err, ok, type Result } from "../platform/result.ts";
import { firstBatchIdAt } from "../platform/timed-id.ts";
import { bodyOf } from "../webhooks/events.ts";
import { subscribers } from "../webhooks/outbox.ts";
import { linkFacts, linkPayload } from "../webhooks/payloads-sql.ts";
import { toConversionPayload, toRefundPayload } from "../webhooks/payloads.ts";
import type { GoalNotFound } from "./goal.ts";
import { decimalOf } from "./money.ts";
import { filteredOf } from "./tell-webhooks.ts";

export interface RecordedConversion extends Omit<LoggedConversion, "goalId" | "linkId" | "value"> {
  /** A decimal amount. */
  readonly value: number;
  /** Null if it was deleted since. */
  readonly goal: { readonly uuid: string; readonly name: string } | null;
  /** The UUID of the link that it is attributed to; null for none, or one that was deleted since. */
  readonly link: string | null;
}

export interface ConversionNotFound {
  readonly reason: "conversion_not_found";
}

export type ConversionRefusal = ConversionNotFound | { readonly reason: "conversion_refunded" };

/** What a list is limited to: UUIDs, and times in milliseconds. */
export interface ConversionFilter extends Pick<
  ConversionQuery,
  "fromMs" | "toMs" | "beforeId" | "max"
> {
  readonly goal: string | null;
  readonly link: string | null;
}

export interface RecordedPage {
  readonly conversions: readonly RecordedConversion[];
  /** Where the next page begins; null after the last one. */
  readonly next: number | null;
}

const REFUNDED = "conversion.refunded";
const ID_DIGITS = 24; // as many as follow the time in a random event id

/** Lists conversions, the newest first. */
export async function listConversions(
  context: Pick<WorkspaceContext, "env" | "workspace">,
  { goal, link, ...query }: ConversionFilter,
): Promise<Result<RecordedPage, GoalNotFound | { readonly reason: "link_not_found" }>> {
  const { env, workspace } = context;
  const [ids] = await databaseOf(env.DB).all<{ goalId: number | null; linkId: number | null }>(sql`
    select
      (select id from conversion_goals where uuid = ${goal} and workspace_id = ${workspace.id})
        as "goalId",
      (select id from links where uuid = ${link} and workspace_id = ${workspace.id}) as "linkId"`);
  const { goalId = null, linkId = null } = ids ?? {};
  if (goal !== null && goalId === null) return err({ reason: "goal_not_found" });
  if (link !== null && linkId === null) return err({ reason: "link_not_found" });
  const page = await ledgerFor(env, workspace.ledger).listConversions({ ...query, goalId, linkId });
  return ok({ conversions: await named(context, page.conversions), next: page.next });
}

/**
 * Notes that a conversion was refunded, once, and tells webhooks. It stays counted: reports count
 * conversions and no amounts.
 */
export async function refundConversion(
  context: WorkspaceContext,
  id: number,
): Promise<Result<RecordedConversion, ConversionRefusal>> {
  const { env, workspace } = context;
  const ledger = ledgerFor(env, workspace.ledger);
  const logged = await ledger.findConversion(id);
  if (logged === null) return err({ reason: "conversion_not_found" });
  if (logged.refundedAtMs !== null) return err({ reason: "conversion_refunded" });
  const events = await refundEvents(context, logged);
  // With its events in one transaction: a process that ends here has told all of it, or nothing.
  if (!(await ledger.refundConversion(workspace.ledger, id, events))) {
    return err({ reason: "conversion_refunded" });
  }
  const refunded = await ledger.findConversion(id);
  const [conversion] = await named(context, refunded === null ? [] : [refunded]);
  return conversion === undefined ? err({ reason: "conversion_not_found" }) : ok(conversion);
}

/** Deletes a conversion and its count. Its order may then be reported again. */
export async function deleteConversion(
  { env, workspace }: Pick<WorkspaceContext, "env" | "workspace">,
  id: number,
): Promise<Result<null, ConversionNotFound>> {
  const isDeleted = await ledgerFor(env, workspace.ledger).deleteConversion(id);
  return isDeleted ? ok(null) : err({ reason: "conversion_not_found" });
}

/** Names the goals and links of conversions, in one round trip. */
async function named(
  { env, workspace }: Pick<WorkspaceContext, "env" | "workspace">,
  logged: readonly LoggedConversion[],
): Promise<RecordedConversion[]> {
  const goalIds = JSON.stringify([...new Set(logged.map(({ goalId }) => goalId))]);
  const linkIds = JSON.stringify([...new Set(logged.flatMap(({ linkId }) => linkId ?? []))]);
  const rows = await databaseOf(env.DB).all<NamedRow>(sql`
    select 'goal' as kind, id, uuid, name from conversion_goals
    where workspace_id = ${workspace.id} and id in (select value from json_each(${goalIds}))
    union all select 'link', id, uuid, '' from links
    where workspace_id = ${workspace.id} and id in (select value from json_each(${linkIds}))`);
  const known = new Map(rows.map((row) => [`${row.kind}/${row.id}`, row]));
  return logged.map(({ goalId, linkId, value, ...conversion }) => {
    const goal = known.get(`goal/${goalId}`);
    return {
      ...conversion,
      value: decimalOf(value, conversion.currency),
      goal: goal === undefined ? null : { uuid: goal.uuid, name: goal.name },
      link: known.get(`link/${linkId}`)?.uuid ?? null,
    };
  });
}

interface NamedRow extends Record<string, unknown> {
  readonly kind: "goal" | "link";
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
}

/** Makes the event for its subscribers, if there are any. A goal that was deleted is null. */
async function refundEvents(
  { env, workspace, nowMs: atMs }: WorkspaceContext,
  { id, goalId, linkId, orderId, value: minor, currency, atMs: convertedAtMs }: LoggedConversion,
): Promise<OfferedEvent[]> {
  const { origin } = new URL(env.PUBLIC_URL);
  const isLink = sql`link.id = ${linkId} and link.workspace_id = ${workspace.id}`;
  const [facts] = await databaseOf(env.DB).all<{
    uuids: string;
    filters: string;
    linkFacts: string | null;
    link: string | null;
    goal: string | null;
  }>(sql`
    select subscribers.uuids, subscribers.filters,
      (select iif(subscribers.filtered, ${linkFacts}, null) from links as link where ${isLink})
        as "linkFacts",
      (select ${linkPayload(origin)} from links as link where ${isLink}) as link,
      (select json_object('uuid', uuid, 'name', name) from conversion_goals
        where id = ${goalId} and workspace_id = ${workspace.id}) as goal
    from ${subscribers(workspace.id, REFUNDED)}`);
  const webhooks = facts === undefined ? [] : filteredOf(facts);
  if (facts === undefined || webhooks.length === 0) return [];
  const digest = await sha256Hex(`refund/${workspace.ledger}/${id}`);
  const eventId = firstBatchIdAt(atMs) + digest.slice(0, ID_DIGITS);
  const value = decimalOf(minor, currency);
  const data = JSON.stringify({
    link: JSON.parse(facts.link ?? "null"),
    conversion: toConversionPayload({
      id,
      orderId,
      value,
      currency,
      attributed: linkId !== null,
      atMs: convertedAtMs,
      goal: JSON.parse(facts.goal ?? "null") as { uuid: string; name: string } | null,
    }),
    refund: toRefundPayload({ value, currency, atMs }),
  });
  const event = { event: REFUNDED, atMs, linkId } as const;
  return [{ ...event, eventId, body: bodyOf({ ...event, id: eventId, data }), webhooks }];
}
