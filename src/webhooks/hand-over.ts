/**
 * Hands events from the outbox over to the Ledgers of their workspaces, which queue the deliveries.
 *
 * An event leaves the outbox once its Ledger has it. The Ledger takes an event once, so whatever is
 * handed over again after a failure changes nothing.
 */

import type { OfferedEvent } from "../ledger/deliveries/contract.ts";
import { type Jurisdiction, ledgerIdOf } from "../ledger/ledger-id.ts";
import { ledgerFor } from "../ledger/stub.ts";
import { MINUTE_MS } from "../platform/clock.ts";
import { tolerate } from "../platform/log.ts";
import { bodyOf, type EventType } from "./events.ts";
import { addressees, type Filters, type LinkFacts } from "./filters.ts";

/** Events that are read from the outbox at a time. */
const SLICE = 100;
/**
 * The most deliveries in one call of a Ledger, which answers nothing else while it stores them: some
 * twenty milliseconds.
 */
export const DELIVERIES_A_CALL = 500;
/** The most slices of one sweep: well below every limit of an invocation. */
const SLICES_MAX = 50;
/** How long an event that a sweep could not hand over lets others go first. */
const AGAIN_MS = MINUTE_MS;

interface OutboxRow extends Record<string, unknown> {
  readonly event_id: string;
  readonly event: EventType;
  readonly at_ms: number;
  readonly link_id: number | null;
  readonly data: string;
  readonly webhooks: string;
  readonly link_facts: string | null;
  readonly uuid: string;
  readonly jurisdiction: Jurisdiction | null;
}

/** Hands events over. Throws if a Ledger does not take its part; the sweep tries that part again. */
export async function handOver(env: Cloudflare.Env, eventIds: readonly string[]): Promise<void> {
  for (let from = 0; from < eventIds.length; from += SLICE) {
    const { results } = await env.DB.prepare(
      `SELECT outbox.*, workspaces.uuid, workspaces.jurisdiction
       FROM webhook_outbox AS outbox JOIN workspaces ON workspaces.id = outbox.workspace_id
       WHERE event_id IN (SELECT value FROM json_each(?1)) ORDER BY event_id`,
    )
      .bind(JSON.stringify(eventIds.slice(from, from + SLICE)))
      .all<OutboxRow>();
    const filters = await filtersOf(env.DB, results);
    const failures: unknown[] = [];
    for (const [ledger, rows] of Map.groupBy(results, ledgerIdOf)) {
      try {
        for (const events of inCalls(offeredEvents(rows, filters))) {
          await ledgerFor(env, ledger).offer(ledger, events);
          // In one process, as locally, each step would otherwise follow the last without a turn.
          await scheduler.wait(1);
        }
        await remove(env.DB, rows);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}

/**
 * Hands over events whose writer died before it did so, and returns how many it tried. One that
 * fails waits a minute for its next turn, so that it holds up no other.
 */
export async function handOverOverdue(
  env: Cloudflare.Env,
  nowMs: number,
  mayBegin: () => boolean = () => true,
): Promise<number> {
  let tried = 0;
  for (let slices = 0; slices < SLICES_MAX && mayBegin(); slices += 1) {
    const { results } = await env.DB.prepare(
      `UPDATE webhook_outbox SET due_at_ms = ?2 WHERE event_id IN (
         SELECT event_id FROM webhook_outbox WHERE due_at_ms <= ?1 ORDER BY due_at_ms LIMIT ?3
       ) RETURNING event_id`,
    )
      .bind(nowMs, nowMs + AGAIN_MS, SLICE)
      .all<Pick<OutboxRow, "event_id">>();
    const ids = results.map((row) => row.event_id);
    await tolerate("webhooks.hand_over.failed", handOver(env, ids), { count: ids.length });
    tried += ids.length;
    if (ids.length < SLICE) break;
  }
  return tried;
}

/** Divides events into calls of a bounded number of deliveries, or of one event if it has more. */
export function inCalls(events: readonly OfferedEvent[]): OfferedEvent[][] {
  const calls: OfferedEvent[][] = [];
  let left = 0;
  for (const event of events) {
    const needed = event.webhooks.length;
    if (needed > left || calls.length === 0) {
      calls.push([]);
      left = DELIVERIES_A_CALL;
    }
    calls.at(-1)?.push(event);
    left -= needed;
  }
  return calls;
}

/** Reads the filters of endpoints, by UUID, if any of them had one when its event happened. */
async function filtersOf(
  db: D1Database,
  rows: readonly OutboxRow[],
): Promise<Readonly<Record<string, Filters>>> {
  const filtered = rows.filter((row) => row.link_facts !== null);
  if (filtered.length === 0) return {};
  const uuids = new Set(filtered.flatMap((row) => JSON.parse(row.webhooks) as string[]));
  const { results } = await db
    .prepare(
      `SELECT uuid, filters FROM webhooks
       WHERE uuid IN (SELECT value FROM json_each(?1)) AND filters <> '{}'`,
    )
    .bind(JSON.stringify([...uuids]))
    .all<{ uuid: string; filters: string }>();
  return Object.fromEntries(
    results.map(({ uuid, filters }) => [uuid, JSON.parse(filters) as Filters]),
  );
}

/** Returns the events that somebody is left to receive. */
function offeredEvents(
  rows: readonly OutboxRow[],
  filters: Readonly<Record<string, Filters>>,
): OfferedEvent[] {
  return rows.flatMap(({ event_id: id, at_ms: atMs, link_id: linkId, ...row }) => {
    const { event, data, link_facts: facts } = row;
    const subscribed = JSON.parse(row.webhooks) as string[];
    const webhooks =
      facts === null
        ? subscribed
        : addressees(subscribed, filters, JSON.parse(facts) as LinkFacts | null);
    if (webhooks.length === 0) return [];
    const body = bodyOf({ id, event, atMs, linkId, data });
    return [{ eventId: id, event, atMs, linkId, body, webhooks }];
  });
}

async function remove(db: D1Database, rows: readonly OutboxRow[]): Promise<void> {
  await db
    .prepare("DELETE FROM webhook_outbox WHERE event_id IN (SELECT value FROM json_each(?1))")
    .bind(JSON.stringify(rows.map((row) => row.event_id)))
    .run();
}
