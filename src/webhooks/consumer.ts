/**
 * Takes deliveries from the queues to their endpoints, one attempt at a time per message.
 *
 * The Ledger decides whether an attempt may be made, so redelivery of a message is harmless; the
 * queue only brings it back when it is due. Deliveries to endpoints that did not answer in time
 * wait in a separate queue, where they do not hold up other endpoints.
 */

import type { Attempt } from "../ledger/deliveries/contract.ts";
import { ledgerFor } from "../ledger/stub.ts";
import { type Clock, SECOND_MS, systemClock } from "../platform/clock.ts";
import { keepDeadLetters } from "../platform/dead-letters.ts";
import { log, tolerate } from "../platform/log.ts";
import { parseQueueRole } from "../platform/queue-role.ts";
import { retryDelaySeconds } from "../platform/retry-delay.ts";
import type { OutboundPolicy } from "../platform/safe-fetch.ts";
import { type DeliveryJob, keepVerdict, readJob, settle } from "./delivery-job.ts";
import { type DeliveryMessage, readDeliveryMessage } from "./message.ts";
import { outboundPolicy } from "./outbound.ts";
import { POST_LIMIT_MS, type Posted, post } from "./post.ts";
import { judge, type Verdict } from "./verdict.ts";

/** The parts of the environment that tests replace; everything else is real. */
export interface DeliveryWorld {
  readonly clock: Clock;
  readonly random01: () => number;
  readonly policy: OutboundPolicy;
  /** How long an endpoint may take to answer. */
  readonly postLimitMs: number;
}

/** The longest delay that a queue accepts. */
const DELAY_SECONDS_MAX = 86_400;

/** The outcome for a message. */
type Fate =
  | { readonly kind: "done" }
  | { readonly kind: "again"; readonly afterMs: number; readonly queue: "same" | "slow" };

/** Consumes a batch of either queue, and acknowledges or retries each message separately. */
export async function consumeDeliveries(
  batch: MessageBatch,
  env: Cloudflare.Env,
  world: DeliveryWorld = {
    clock: systemClock,
    random01: Math.random,
    policy: outboundPolicy(env),
    postLimitMs: POST_LIMIT_MS,
  },
): Promise<void> {
  const isSlowQueue = parseQueueRole(batch.queue) === "webhooks-slow";
  for (const message of batch.messages) {
    try {
      const read = readDeliveryMessage(message.body);
      if (read.kind === "newer") retryLater(message);
      else if (read.kind === "malformed") await setAside(batch.queue, message, env);
      else await settleMessage(message, isSlowQueue, env, read.message, world);
    } catch (error) {
      log("error", "webhooks.delivery.failed", { queue: batch.queue, error });
      retryLater(message);
    }
  }
}

async function settleMessage(
  message: Message,
  isSlowQueue: boolean,
  env: Cloudflare.Env,
  body: DeliveryMessage,
  world: DeliveryWorld,
): Promise<void> {
  const fate = await deliver(env, body, isSlowQueue, world);
  if (fate.kind === "done") {
    message.ack();
    return;
  }
  const delaySeconds = Math.min(Math.ceil(fate.afterMs / SECOND_MS), DELAY_SECONDS_MAX);
  if (fate.queue === "slow" && !isSlowQueue) {
    // Sent before the acknowledgement: a message that is in both queues is still posted only once.
    await env.WEBHOOKS_SLOW.send(body, { delaySeconds });
    message.ack();
  } else {
    message.retry({ delaySeconds });
  }
}

async function deliver(
  env: Cloudflare.Env,
  message: DeliveryMessage,
  isSlowQueue: boolean,
  world: DeliveryWorld,
): Promise<Fate> {
  const job = await readJob(env, message, world.clock());
  if (job === null) return { kind: "done" };
  if (job.health.isSlow && job.isActive && !isSlowQueue) {
    return { kind: "again", afterMs: 0, queue: "slow" };
  }
  const nowMs = world.clock();
  const claim = await ledgerFor(env, job.ledger).claimDelivery(job.delivery, nowMs);
  switch (claim.kind) {
    case "over":
      await settle(env.DB, job);
      return { kind: "done" };
    case "wait":
      return { kind: "again", afterMs: claim.untilMs - nowMs, queue: "same" };
    case "go":
      return attemptOnce(env, job, claim.attempt, world);
  }
}

async function attemptOnce(
  env: Cloudflare.Env,
  job: DeliveryJob,
  number: number,
  world: DeliveryWorld,
): Promise<Fate> {
  const posted = await (job.isActive ? send(job, world) : notSent(world.clock()));
  const nowMs = world.clock();
  const verdict = job.isActive
    ? judge({ ...posted, number }, job.retryPolicy, job.health, {
        nowMs,
        random01: world.random01(),
      })
    : given(job);
  const { delivery } = verdict;
  const nextAtMs = delivery.status === "pending" ? nowMs + delivery.delayMs : null;
  await ledgerFor(env, job.ledger).recordAttempt(job.delivery, posted.attempt, {
    status: delivery.status,
    nextAtMs,
  });
  await keepVerdict(env.DB, job, verdict, { nowMs, nextAtMs });
  if (delivery.status !== "pending") return { kind: "done" };
  const queue = verdict.health.isSlow ? "slow" : "same";
  return { kind: "again", afterMs: delivery.delayMs, queue };
}

async function send(
  job: DeliveryJob,
  { clock, policy, postLimitMs }: DeliveryWorld,
): Promise<Posted> {
  const { eventId, event, body } = job.delivery;
  const signed = { eventId, event, deliveryId: job.deliveryId, body };
  const target = { url: job.url, secrets: await job.secrets() };
  return post(target, signed, { policy, limitMs: postLimitMs, nowMs: clock() });
}

/** Returns the log's entry for a disabled endpoint, which receives nothing until a redelivery. */
async function notSent(nowMs: number): Promise<Posted> {
  const attempt: Attempt = {
    atMs: nowMs,
    durationMs: null,
    status: null,
    error: "disabled",
    response: null,
  };
  return { attempt, retryAfter: null };
}

function given({ health }: DeliveryJob): Verdict {
  return { delivery: { status: "failed" }, health: { ...health, disabledReason: null } };
}

/** Stores an unreadable message as a dead letter, so that it does not block its siblings. */
async function setAside(queue: string, message: Message, env: Cloudflare.Env): Promise<void> {
  const kept = await tolerate(
    "webhooks.dead_letter.failed",
    keepDeadLetters(env.DB, queue, [message]).then(() => true),
    { queue },
  );
  if (kept === null) return retryLater(message);
  log("error", "webhooks.message.malformed", { queue });
  message.ack();
}

function retryLater(message: Message): void {
  message.retry({ delaySeconds: retryDelaySeconds(message.attempts) });
}
