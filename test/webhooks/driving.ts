/** Drives deliveries by hand on a test clock: does what the queue does, without waiting. */

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";

import { tellConversions } from "../../src/conversions/tell-webhooks.ts";
import type { QueuedDelivery } from "../../src/ledger/deliveries/contract.ts";
import { offerEvents, takeNext } from "../../src/ledger/deliveries/waiting.ts";
import { ledgerIdOf, type LedgerId } from "../../src/ledger/ledger-id.ts";
import { ledgerFor } from "../../src/ledger/stub.ts";
import type { MeteredSql } from "../../src/platform/metered-sql.ts";
import { consumeDeliveries, type DeliveryWorld } from "../../src/webhooks/consumer.ts";
import { bodyOf, newEventId } from "../../src/webhooks/events.ts";
import { outboundPolicy } from "../../src/webhooks/outbound.ts";
import { POST_LIMIT_MS } from "../../src/webhooks/post.ts";
import type { WireWebhook } from "./client.ts";

const TIMES_MAX = 20;

export interface TestClock {
  (): number;
  /** Advances the clock. */
  pass(ms: number): void;
}

/** Makes a clock that stands still, at the current time by default, until it is advanced. */
export function newClock(startMs = Date.now()): TestClock {
  let nowMs = startMs;
  return Object.assign(() => nowMs, {
    pass(ms: number) {
      nowMs += ms;
    },
  });
}

export function worldAt(clock: TestClock, over: Partial<DeliveryWorld> = {}): DeliveryWorld {
  const policy = outboundPolicy(env);
  return { clock, random01: () => 0.5, policy, postLimitMs: POST_LIMIT_MS, ...over };
}

/** Stores an event as if its delivery were in the queue already. */
export async function writeEvent(webhook: WireWebhook, atMs: number): Promise<QueuedDelivery> {
  const workspace = await env.DB.prepare(
    `SELECT workspaces.uuid, jurisdiction FROM workspaces JOIN webhooks ON workspace_id = workspaces.id
     WHERE webhooks.uuid = ?1`,
  )
    .bind(webhook.id)
    .first<{ uuid: string; jurisdiction: null }>();
  if (workspace === null) throw new Error("There is no such webhook.");
  const ledger = ledgerIdOf(workspace);
  const eventId = newEventId(atMs);
  const event = { event: "link.created", atMs, linkId: 1 } as const;
  const body = bodyOf({ ...event, id: eventId, data: '{"link":{"id":1}}' });
  await inLedger(ledger, (sql) => {
    offerEvents(sql, [{ ...event, eventId, body, webhooks: [webhook.id] }], atMs);
    takeNext(sql, atMs);
  });
  return { v: 1, ledger, webhook: webhook.id, eventId };
}

export type Fate =
  | { readonly kind: "acked" }
  | { readonly kind: "retried"; readonly delaySeconds: number | undefined };

/** Hands a message to the consumer, and returns what the consumer did with it. */
export async function handOver(
  body: unknown,
  world: DeliveryWorld,
  {
    queue = "webhooks",
    attempts = 1,
    environment = env,
  }: {
    readonly queue?: string;
    readonly attempts?: number;
    readonly environment?: Cloudflare.Env;
  } = {},
): Promise<Fate> {
  let fate: Fate | null = null;
  // Not one of the runtime's batches, because those do not reveal a retry's delay.
  const message: Message = {
    id: "m",
    timestamp: new Date(world.clock()),
    attempts,
    body,
    ack: () => (fate ??= { kind: "acked" }),
    retry: (options) => (fate ??= { kind: "retried", delaySeconds: options?.delaySeconds }),
  };
  const batch = { queue, messages: [message] } as unknown as MessageBatch;
  await consumeDeliveries(batch, environment, tellConversions, world);
  if (fate === null) throw new Error("The message was neither acked nor retried.");
  return fate;
}

/**
 * Hands a message over as often as the queue or the Ledger would bring it, and returns the delays in
 * between.
 */
export async function runToEnd(
  body: QueuedDelivery,
  clock: TestClock,
  world = worldAt(clock),
): Promise<number[]> {
  const delays: number[] = [];
  while (delays.length < TIMES_MAX) {
    const fate = await handOver(body, world);
    const delaySeconds = fate.kind === "acked" ? await waitOf(body, clock()) : fate.delaySeconds;
    if (delaySeconds === null) return delays;
    delays.push(delaySeconds ?? 0);
    clock.pass((delaySeconds ?? 0) * 1_000);
    await inLedger(body.ledger, (sql) => takeNext(sql, clock()));
  }
  throw new Error(`No end after ${delays.join(", ")}.`);
}

/** How long a delivery waits in its Ledger, in seconds; null once it is over. */
async function waitOf({ ledger, webhook, eventId }: QueuedDelivery, nowMs: number) {
  const [row] = await inLedger(ledger, (sql) =>
    sql.run<{ due_at_ms: number }>(
      `SELECT due_at_ms FROM deliveries
       WHERE webhook = ? AND event_id = ? AND status = 'pending'`,
      webhook,
      eventId,
    ),
  );
  return row === undefined ? null : Math.ceil((row.due_at_ms - nowMs) / 1_000);
}

/** Counts what a workspace has in the queue. */
export async function queuedOf(ledger: LedgerId): Promise<number> {
  return inLedger(ledger, (sql) => sql.run("SELECT 1 FROM queued").length);
}

async function inLedger<T>(ledger: LedgerId, act: (sql: MeteredSql) => T): Promise<T> {
  return runInDurableObject(ledgerFor(env, ledger), ({ sql }) => act(sql));
}
