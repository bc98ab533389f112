/** Drives deliveries by hand on a test clock: does what the queue does, without waiting. */

import { env } from "cloudflare:workers";

import { consumeDeliveries, type DeliveryWorld } from "../../src/webhooks/consumer.ts";
import { newEventId } from "../../src/webhooks/events.ts";
import type { DeliveryMessage } from "../../src/webhooks/message.ts";
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

/** Writes an event into the outbox as a change does, without queueing it. */
export async function writeEvent(webhook: WireWebhook, atMs: number): Promise<DeliveryMessage> {
  const eventId = newEventId(atMs);
  const row = await env.DB.prepare(
    `INSERT INTO webhook_outbox (webhook_id, event_id, event, at_ms, link_id, data, due_at_ms)
     SELECT id, ?2, 'link.created', ?3, 1, '{"link":{"id":1}}', ?3 + 30000 FROM webhooks WHERE uuid = ?1
     RETURNING webhook_id`,
  )
    .bind(webhook.id, eventId, atMs)
    .first<{ webhook_id: number }>();
  if (row === null) throw new Error("There is no such webhook.");
  return { v: 1, webhookId: row.webhook_id, eventId };
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
  await consumeDeliveries(batch, environment, world);
  if (fate === null) throw new Error("The message was neither acked nor retried.");
  return fate;
}

/** Hands a message over as often as the queue would, and returns the delays in between. */
export async function runToEnd(
  body: DeliveryMessage,
  clock: TestClock,
  world = worldAt(clock),
): Promise<number[]> {
  const delays: number[] = [];
  while (delays.length < TIMES_MAX) {
    const fate = await handOver(body, world);
    if (fate.kind === "acked") return delays;
    const { delaySeconds = 0 } = fate;
    delays.push(delaySeconds);
    clock.pass(delaySeconds * 1_000);
  }
  throw new Error(`No end after ${delays.join(", ")}.`);
}

export async function inOutbox({ webhookId, eventId }: DeliveryMessage): Promise<boolean> {
  const row = await env.DB.prepare(
    "SELECT 1 FROM webhook_outbox WHERE webhook_id = ?1 AND event_id = ?2",
  )
    .bind(webhookId, eventId)
    .first();
  return row !== null;
}
