/**
 * Sends conversions to webhooks. The event's id is derived from the conversion's, so telling again
 * adds no second event. The Ledger remembers what is still to be told, and asks for it.
 */

import { type SQL, sql } from "drizzle-orm";

import { databaseOf } from "../db/database.ts";
import type { UntoldConversion } from "../ledger/conversions/contract.ts";
import { type LedgerId, workspaceUuidOf } from "../ledger/ledger-id.ts";
import { ledgerFor } from "../ledger/stub.ts";
import { sha256Hex } from "../platform/bytes.ts";
import { firstBatchIdAt } from "../platform/timed-id.ts";
import { bodyOf } from "../webhooks/events.ts";
import { type Filters, addressees, type LinkFacts } from "../webhooks/filters.ts";
import { subscribers } from "../webhooks/outbox.ts";
import { linkFacts, linkPayload, variantPayload } from "../webhooks/payloads-sql.ts";
import { servedByRule, toClickPayload, toConversionPayload } from "../webhooks/payloads.ts";
import { decimalOf } from "./money.ts";
import type { TrackedConversion } from "./tracked-conversion.ts";

export interface ToldGoal {
  readonly uuid: string;
  readonly name: string;
  readonly workspaceId: number;
  readonly ledger: LedgerId;
}

const EVENT = "conversion.tracked";
const ID_DIGITS = 24; // as many as follow the time in a random event id

interface Facts extends Record<string, unknown> {
  readonly uuids: string;
  readonly filters: string;
  /** JSON texts; null for none. */
  readonly linkFacts: string | null;
  readonly link: string | null;
  readonly variant: string | null;
  /** Where the click led; null if what served it is gone. */
  readonly destination: string | null;
}

/** Offers `conversion.tracked` to the Ledger for its subscribers, if there are any. */
export async function tellConversion(
  env: Cloudflare.Env,
  { workspaceId, ledger, uuid, name }: ToldGoal,
  conversion: TrackedConversion,
): Promise<void> {
  const { id, atMs, orderId, value, currency, attribution } = conversion;
  const linkId = attribution?.linkId ?? null;
  const { origin } = new URL(env.PUBLIC_URL);
  const isLink = sql`link.id = ${linkId} and link.workspace_id = ${workspaceId}`;
  const [facts] = await databaseOf(env.DB).all<Facts>(sql`
    select subscribers.uuids, subscribers.filters,
      (select iif(subscribers.filtered, ${linkFacts}, null) from links as link where ${isLink})
        as "linkFacts",
      (select ${linkPayload(origin)} from links as link where ${isLink}) as link,
      (select ${variantPayload} from variants
        where link_id = ${linkId} and public_id = ${attribution?.variant ?? null}) as variant,
      (select ${destinationOf(attribution)} from links as link where ${isLink}) as destination
    from ${subscribers(workspaceId, EVENT)}`);
  const digest = await sha256Hex(`conversion/${ledger}/${id}`);
  const eventId = firstBatchIdAt(atMs) + digest.slice(0, ID_DIGITS);
  const event = { event: EVENT, atMs, linkId } as const;
  const data = JSON.stringify({
    link: parsed(facts?.link),
    // A click that is no longer in the log is described by what its attribution kept.
    click:
      attribution === null
        ? null
        : toClickPayload(
            attribution.clickId,
            attribution.clickedAtMs,
            attribution.click,
            facts?.destination ?? null,
          ),
    variant: parsed(facts?.variant),
    conversion: toConversionPayload({
      id,
      orderId,
      value,
      currency,
      attributed: attribution !== null,
      atMs,
      goal: { uuid, name },
    }),
  });
  const body = bodyOf({ ...event, id: eventId, data });
  const webhooks = facts === undefined ? [] : filteredOf(facts);
  const events = webhooks.length === 0 ? [] : [{ ...event, eventId, body, webhooks }];
  await ledgerFor(env, ledger).offer(ledger, events, [id]);
}

/** Tells those of these conversions that are still to be told. */
export async function tellConversions(
  env: Cloudflare.Env,
  ledger: LedgerId,
  conversionIds: readonly number[],
): Promise<void> {
  const untold: readonly UntoldConversion[] = await ledgerFor(env, ledger).untoldConversions(
    conversionIds,
  );
  const goalIds = JSON.stringify(untold.map(({ conversion }) => conversion.goalId));
  const goals = await databaseOf(env.DB).all<
    Omit<ToldGoal, "ledger"> & { readonly id: number }
  >(sql`
    select goal.id, goal.uuid, goal.name, goal.workspace_id as "workspaceId"
    from conversion_goals as goal join workspaces on workspaces.id = goal.workspace_id
    where workspaces.uuid = ${workspaceUuidOf(ledger)}
      and goal.id in (select value from json_each(${goalIds}))`);
  const byId = new Map(goals.map((goal) => [goal.id, goal]));
  for (const { conversion, click } of untold) {
    const goal = byId.get(conversion.goalId);
    const { id, atMs, orderId, value, currency } = conversion;
    const told = { id, atMs, orderId, currency, value: decimalOf(value, currency) };
    // Without its goal, which was deleted since, a conversion has no event.
    if (goal === undefined) await ledgerFor(env, ledger).offer(ledger, [], [id]);
    else {
      const attribution = attributionOf({ conversion, click });
      await tellConversion(env, { ...goal, ledger }, { ...told, attribution });
    }
  }
}

function attributionOf({
  conversion: { linkId, clickId, clickedAtMs, variant, atMs },
  click,
}: UntoldConversion): TrackedConversion["attribution"] {
  if (linkId === null || clickId === null || clickedAtMs === null) return null;
  const msToConvert = Math.max(0, atMs - clickedAtMs);
  return { linkId, clickId, clickedAtMs, variant, click, msToConvert };
}

/** Returns the endpoints whose filters the event of a link passes. */
export function filteredOf({
  uuids,
  filters,
  linkFacts: link,
}: Pick<Facts, "uuids" | "filters" | "linkFacts">): readonly string[] {
  return addressees(
    JSON.parse(uuids) as string[],
    JSON.parse(filters) as Record<string, Filters>,
    parsed(link) as LinkFacts | null,
  );
}

/** Selects where a click led, of the row `link`; null if the log no longer holds the click. */
function destinationOf(attribution: TrackedConversion["attribution"]): SQL {
  const { variant, click } = attribution ?? { variant: null, click: null };
  if (variant !== null) {
    return sql`(select url from variants where link_id = link.id and public_id = ${variant})`;
  }
  if (click === null) return sql`null`;
  if (!servedByRule({ variant, rule: click.rule })) return sql`link.destination_url`;
  return sql`(select rule.value->>'targetUrl' from json_each(link.rules) as rule
    where rule.value->>'id' = ${click.rule})`;
}

function parsed(text: string | null | undefined): unknown {
  return text === null || text === undefined ? null : JSON.parse(text);
}
