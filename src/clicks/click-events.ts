/**
 * Gives the events of clicks to their Ledger, once it has counted and numbered them.
 *
 * Covers only clicks by people, and only where an endpoint subscribes to them. The subscriptions
 * are cached for a few seconds, so that clicks of all other workspaces cost nothing. Event ids
 * derive from the click's batch: a redelivered batch yields the same events, and the Ledger takes
 * each once.
 */

import type { ClickBatch, Crossing, LedgerClick } from "../ledger/contract.ts";
import { boundClick } from "../ledger/counts/bounds.ts";
import type { OfferedEvent } from "../ledger/deliveries/contract.ts";
import { type LedgerId, workspaceUuidOf } from "../ledger/ledger-id.ts";
import { eventIdOf } from "../ledger/packed-click.ts";
import { ledgerFor } from "../ledger/stub.ts";
import { sha256Hex } from "../platform/bytes.ts";
import { SECOND_MS } from "../platform/clock.ts";
import { firstBatchIdAt } from "../platform/timed-id.ts";
import { bodyOf, type EventType } from "../webhooks/events.ts";
import { addressees, type Filters, LINK_FACTS_SQL, type LinkFacts } from "../webhooks/filters.ts";
import {
  servedByRule,
  shortUrlSql,
  toClickPayload,
  toLinkPayload,
  toThresholdPayload,
  toVariantPayload,
  type LinkRow,
  type VariantRow,
} from "../webhooks/payloads.ts";
import { normalThresholds, thresholdsOf } from "../webhooks/thresholds.ts";
import type { IngestedClicks } from "./click-batches.ts";

/**
 * How long subscriptions are cached: new endpoints start to receive clicks, and deleted ones stop,
 * within this time.
 */
const SUBSCRIPTIONS_AGE_MS = 5 * SECOND_MS;
const WORKSPACES_KNOWN_MAX = 10_000;
/** The most text of filters that is kept. */
const FILTER_CHARS_KNOWN_MAX = 4_000_000;
const ID_DIGITS = 24; // as many as follow the time in a random event id
/** The most events in one call of a Ledger. */
const EVENTS_MAX = 200;

interface Subscription {
  readonly webhooks: readonly string[];
  /** The thresholds of those that subscribe to them, by UUID. */
  readonly thresholds: ReadonlyMap<string, readonly number[]>;
  /** Of those that have any, by UUID. */
  readonly filters: Readonly<Record<string, Filters>>;
  readonly untilMs: number;
}

/** Subscriptions by workspace UUID. */
class Known extends Map<string, Subscription> {
  filterChars = 0;
}

/** Cached per isolate and database. */
const known = new WeakMap<D1Database, Known>();

interface ToldLink extends LinkRow {
  readonly workspace_uuid: string;
  /** JSON of `LinkFacts`, if an endpoint has a filter. */
  readonly facts: string | null;
}

/** The target of a rule or a variant, by the public id under which clicks name it. */
interface ToldTarget {
  readonly link_id: number;
  readonly public_id: string;
  readonly url: string;
}

interface ToldVariant extends VariantRow, ToldTarget {}

/** Offers the events of clicks that were just counted. Throws if a Ledger does not take them. */
export async function tellClicks(
  env: Cloudflare.Env,
  ingested: readonly IngestedClicks[],
  nowMs: number,
): Promise<void> {
  const counted = ingested.filter(
    ({ batch, ingested: { refused } }) => !refused && batch.clicks.some(isHuman),
  );
  if (counted.length === 0) return;
  const subscribed = await loadSubscriptions(
    env.DB,
    counted.map(({ ledger }) => workspaceUuidOf(ledger)),
    nowMs,
  );
  const told = counted.filter(
    ({ ledger, ingested: { crossed } }) =>
      crossed !== undefined || subscriptionOf(subscribed, ledger).webhooks.length > 0,
  );
  if (told.length === 0) return;
  const filtered = told.some(({ ledger }) => isFiltered(subscriptionOf(subscribed, ledger)));
  const links = await loadToldLinks(env, told, filtered);
  for (const [ledger, ofLedger] of Map.groupBy(told, (clicks) => clicks.ledger)) {
    const subscription = subscriptionOf(subscribed, ledger);
    const events = ofLedger.flatMap((clicks) => eventsOf(clicks, subscription, links));
    for (let from = 0; from < events.length; from += EVENTS_MAX) {
      await ledgerFor(env, ledger).offer(ledger, events.slice(from, from + EVENTS_MAX));
    }
    await tellCrossings(env, ledger, ofLedger, subscription, links);
  }
}

/** Offers the events of thresholds that were crossed, which settles them. */
async function tellCrossings(
  env: Cloudflare.Env,
  ledger: LedgerId,
  clicks: readonly IngestedClicks[],
  { thresholds, filters }: Subscription,
  links: ToldLinks,
): Promise<void> {
  const crossing = clicks.filter(({ ingested: { crossed } }) => crossed !== undefined);
  if (crossing.length === 0) return;
  const events: OfferedEvent[] = [];
  for (const crossed of crossing.flatMap(({ ingested }) => ingested.crossed ?? [])) {
    const link = links.link(crossed, ledger);
    if (link === null) continue;
    const those = [...thresholds].filter(([, wanted]) => wanted.includes(crossed.clicks));
    const webhooks = addressees(
      those.map(([uuid]) => uuid),
      filters,
      factsOf(link),
    );
    if (webhooks.length > 0) events.push(await crossingEvent(ledger, crossed, link, webhooks));
  }
  const batchIds = crossing.map(({ batch }) => batch.id);
  await ledgerFor(env, ledger).offer(ledger, events, [], batchIds);
}

/** Makes an event whose id follows from what was crossed, so that it is taken once. */
async function crossingEvent(
  ledger: LedgerId,
  { linkId, clicks, atMs }: Crossing,
  link: ToldLink,
  webhooks: readonly string[],
): Promise<OfferedEvent> {
  const digest = await sha256Hex(`threshold/${ledger}/${linkId}/${clicks}/${atMs}`);
  const eventId = firstBatchIdAt(atMs) + digest.slice(0, ID_DIGITS);
  const event = { event: "link.threshold", atMs, linkId } as const;
  const data = JSON.stringify({
    link: toLinkPayload(link),
    threshold: toThresholdPayload(clicks, atMs),
  });
  return { ...event, eventId, body: bodyOf({ ...event, id: eventId, data }), webhooks };
}

/**
 * Loads the numbers of clicks that webhooks are to be told of, ascending. Clicks are counted without
 * them, too: the Ledger remembers those of before.
 */
export async function loadThresholds(
  db: D1Database,
  batches: ReadonlyMap<LedgerId, readonly ClickBatch[]>,
  nowMs: number,
): Promise<ReadonlyMap<LedgerId, readonly number[]>> {
  const counting = [...batches].filter(([, some]) =>
    some.some((batch) => batch.clicks.some(isHuman)),
  );
  const ledgers = counting.map(([ledger]) => ledger);
  if (ledgers.length === 0) return new Map();
  const subscribed = await loadSubscriptions(db, ledgers.map(workspaceUuidOf), nowMs);
  return new Map(
    ledgers.map((ledger) => {
      const { thresholds } = subscriptionOf(subscribed, ledger);
      return [ledger, normalThresholds([...thresholds.values()].flat())];
    }),
  );
}

function isHuman(click: LedgerClick): boolean {
  return click.class === "human";
}

const NOBODY: Subscription = { webhooks: [], thresholds: new Map(), filters: {}, untilMs: 0 };

function subscriptionOf(
  subscribed: ReadonlyMap<string, Subscription>,
  ledger: LedgerId,
): Subscription {
  return subscribed.get(workspaceUuidOf(ledger)) ?? NOBODY;
}

function isFiltered({ filters }: Subscription): boolean {
  return Object.keys(filters).length > 0;
}

function factsOf({ facts }: ToldLink): LinkFacts | null {
  return facts === null ? null : (JSON.parse(facts) as LinkFacts);
}

interface SubscriberRow extends Record<string, unknown> {
  readonly uuid: string;
  readonly filters: string;
  readonly thresholds: string;
  readonly workspace_uuid: string;
  readonly wants_clicks: number;
  readonly wants_thresholds: number;
}

function subscribesTo(event: EventType): string {
  return `EXISTS (SELECT 1 FROM json_each(hook.events) WHERE value IN ('*', '${event}'))`;
}

/** Loads, in one D1 query, the subscriptions of all workspaces that are missing or stale. */
async function loadSubscriptions(
  db: D1Database,
  workspaceUuids: readonly string[],
  nowMs: number,
): Promise<ReadonlyMap<string, Subscription>> {
  const kept = known.get(db);
  const isFull =
    kept !== undefined &&
    (kept.size > WORKSPACES_KNOWN_MAX || kept.filterChars > FILTER_CHARS_KNOWN_MAX);
  const cache = kept === undefined || isFull ? new Known() : kept;
  known.set(db, cache);
  const asked = [...new Set(workspaceUuids)].filter(
    (uuid) => (cache.get(uuid)?.untilMs ?? 0) <= nowMs,
  );
  if (asked.length === 0) return cache;
  const { results } = await db
    .prepare(
      `SELECT hook.uuid, hook.filters, hook.thresholds, workspaces.uuid AS workspace_uuid,
         ${subscribesTo("link.clicked")} AS wants_clicks,
         ${subscribesTo("link.threshold")} AS wants_thresholds
       FROM workspaces JOIN webhooks AS hook ON hook.workspace_id = workspaces.id
       WHERE workspaces.uuid IN (SELECT value FROM json_each(?1)) AND hook.is_active = 1
         AND (wants_clicks OR wants_thresholds)`,
    )
    .bind(JSON.stringify(asked))
    .all<SubscriberRow>();
  const untilMs = nowMs + SUBSCRIPTIONS_AGE_MS;
  for (const uuid of asked) {
    const ofWorkspace = results.filter((row) => row.workspace_uuid === uuid);
    const filtered = ofWorkspace.filter(({ filters }) => filters !== "{}");
    cache.filterChars += filtered.reduce((sum, row) => sum + row.filters.length, 0);
    const filters = filtered.map((row) => [row.uuid, JSON.parse(row.filters) as Filters]);
    cache.set(uuid, {
      webhooks: ofWorkspace.filter((row) => row.wants_clicks === 1).map((row) => row.uuid),
      thresholds: new Map(
        ofWorkspace
          .filter((row) => row.wants_thresholds === 1)
          .map((row) => [row.uuid, thresholdsOf(JSON.parse(row.thresholds) as number[])]),
      ),
      filters: Object.fromEntries(filters) as Record<string, Filters>,
      untilMs,
    });
  }
  return cache;
}

/** The links and variants that the events of these clicks name, and where the clicks led. */
interface ToldLinks {
  readonly link: (click: Pick<LedgerClick, "linkId">, ledger: LedgerId) => ToldLink | null;
  readonly variant: (click: LedgerClick) => ToldVariant | null;
  /** Where a click on a link led; null if what served it is gone. */
  readonly destination: (click: LedgerClick, link: ToldLink) => string | null;
}

/** Reads the links, rules and variants of these clicks in one round trip. */
async function loadToldLinks(
  { DB: db, PUBLIC_URL: publicUrl }: Pick<Cloudflare.Env, "DB" | "PUBLIC_URL">,
  told: readonly IngestedClicks[],
  filtered: boolean,
): Promise<ToldLinks> {
  const clicks = told.flatMap(({ batch }) => batch.clicks.filter(isHuman));
  const tested = clicks.filter(({ variant }) => variant !== null);
  const [links, variants, rules] = await db.batch([
    db
      .prepare(
        `SELECT link.id, workspaces.uuid AS workspace_uuid, link.code, link.title, link.uuid,
           link.destination_url, ${shortUrlSql(new URL(publicUrl).origin)} AS short_url,
           iif(?2, ${LINK_FACTS_SQL}, NULL) AS facts
         FROM links AS link JOIN workspaces ON workspaces.id = link.workspace_id
         WHERE link.id IN (SELECT value FROM json_each(?1))`,
      )
      .bind(linkIdsOf(clicks), Number(filtered)),
    db
      .prepare(
        `SELECT id, link_id, public_id, name, url FROM variants
         WHERE link_id IN (SELECT value FROM json_each(?1))`,
      )
      .bind(linkIdsOf(tested)),
    db
      .prepare(
        `SELECT links.id AS link_id, rule.value->>'id' AS public_id, rule.value->>'targetUrl' AS url
         FROM links, json_each(links.rules) AS rule
         WHERE links.id IN (SELECT value FROM json_each(?1))`,
      )
      .bind(linkIdsOf(clicks.filter(servedByRule))),
  ]);
  const byId = new Map(((links?.results ?? []) as ToldLink[]).map((link) => [link.id, link]));
  const variantsByName = byName((variants?.results ?? []) as ToldVariant[]);
  const rulesByName = byName((rules?.results ?? []) as ToldTarget[]);
  const variantOf = ({ linkId, variant }: LedgerClick) =>
    variantsByName.get(`${linkId}/${variant}`) ?? null;
  return {
    link(click, ledger) {
      const link = byId.get(click.linkId);
      return link?.workspace_uuid === workspaceUuidOf(ledger) ? link : null;
    },
    variant: variantOf,
    destination(click, link) {
      if (click.variant !== null) return variantOf(click)?.url ?? null;
      if (!servedByRule(click)) return link.destination_url;
      return rulesByName.get(`${click.linkId}/${click.rule}`)?.url ?? null;
    },
  };
}

function linkIdsOf(clicks: readonly LedgerClick[]): string {
  return JSON.stringify([...new Set(clicks.map(({ linkId }) => linkId))]);
}

function byName<T extends ToldTarget>(targets: readonly T[]): ReadonlyMap<string, T> {
  return new Map(targets.map((target) => [`${target.link_id}/${target.public_id}`, target]));
}

/** Makes one event per click. Skips clicks whose link has been deleted since. */
function eventsOf(
  { ledger, batch, ingested }: IngestedClicks,
  { webhooks: subscribed, filters }: Subscription,
  links: ToldLinks,
): OfferedEvent[] {
  return batch.clicks.flatMap((click, position) => {
    const link = isHuman(click) ? links.link(click, ledger) : null;
    if (link === null) return [];
    const webhooks = addressees(subscribed, filters, factsOf(link));
    if (webhooks.length === 0) return [];
    const data = dataOf(click, ingested.firstClickId + position, link, links);
    const eventId = eventIdOf(batch.id, position);
    const event = { event: "link.clicked", atMs: click.atMs, linkId: link.id } as const;
    return [{ ...event, eventId, body: bodyOf({ ...event, id: eventId, data }), webhooks }];
  });
}

function dataOf(click: LedgerClick, id: number, link: ToldLink, links: ToldLinks): string {
  const variant = links.variant(click);
  const destination = links.destination(click, link);
  return JSON.stringify({
    link: toLinkPayload(link),
    // Bounded as in reports: a referrer that is not a host name is not passed on.
    click: toClickPayload(id, click.atMs, boundClick(click), destination),
    variant: variant === null ? null : toVariantPayload(variant),
  });
}
