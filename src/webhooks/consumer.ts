/**
 * Takes deliveries from the queues to their endpoints, one attempt at a time per message.
 *
 * The Ledger holds each delivery, decides whether an attempt may be made, and queues what follows.
 * So redelivery of a message is harmless, and so is its loss. Deliveries to endpoints that did not answer in time
 * wait in a separate queue, where they do not hold up other endpoints.
 */

import type {
  Attempt,
  Claim,
  DeliveryContent,
  QueuedDelivery,
} from "../ledger/deliveries/contract.ts";
import type { LedgerId } from "../ledger/ledger-id.ts";
import { ledgerFor } from "../ledger/stub.ts";
import { type Clock, MINUTE_MS, SECOND_MS, systemClock } from "../platform/clock.ts";
import { setAside } from "../platform/dead-letters.ts";
import { log, tolerate } from "../platform/log.ts";
import { parseQueueRole } from "../platform/queue-role.ts";
import { retryLater } from "../platform/retry-delay.ts";
import type { OutboundPolicy } from "../platform/safe-fetch.ts";
import { type DeliveryTarget, deliveryIdOf, keepHealth, readTarget } from "./delivery-target.ts";
import { readDeliveryMessage } from "./message.ts";
import { outboundPolicy } from "./outbound.ts";
import { POST_LIMIT_MS, type Posted, post } from "./post.ts";
import { judge, type Verdict } from "./verdict.ts";

/** Tells webhooks of conversions. Passed in, because conversions are a floor above. */
export type TellConversions = (
  env: Cloudflare.Env,
  ledger: LedgerId,
  conversionIds: readonly number[],
) => Promise<void>;

/** The parts of the environment that tests replace; everything else is real. */
export interface DeliveryWorld {
  readonly clock: Clock;
  readonly random01: () => number;
  readonly policy: OutboundPolicy;
  /** How long an endpoint may take to answer. */
  readonly postLimitMs: number;
}

/** How long a message waits for its turn; for anything later, the Ledger queues another. */
const WAIT_MS_MAX = MINUTE_MS;

/** The outcome for a message. */
type Fate =
  | { readonly kind: "done" }
  | { readonly kind: "again"; readonly afterMs: number; readonly queue: "same" | "slow" };

/** Consumes a batch of either queue, and acknowledges or retries each message separately. */
export async function consumeDeliveries(
  batch: MessageBatch,
  env: Cloudflare.Env,
  tellConversions: TellConversions,
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
      else if (read.kind === "malformed") await setAside("webhooks", batch.queue, message, env.DB);
      else if (read.kind === "owed") {
        const { ledger, conversions } = read.message;
        // The Ledger asks again every minute until it is done.
        const told = tellConversions(env, ledger, conversions);
        await tolerate("webhooks.conversions.failed", told, { ledger });
        message.ack();
      } else await settleMessage(message, isSlowQueue, env, read.message, world);
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
  body: QueuedDelivery,
  world: DeliveryWorld,
): Promise<void> {
  const fate = await deliver(env, body, isSlowQueue, world);
  if (fate.kind === "done") {
    message.ack();
    return;
  }
  const delaySeconds = Math.ceil(fate.afterMs / SECOND_MS);
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
  message: QueuedDelivery,
  isSlowQueue: boolean,
  world: DeliveryWorld,
): Promise<Fate> {
  const ledger = ledgerFor(env, message.ledger);
  const target = await readTarget(env, message.webhook, world.clock());
  if (target === null) {
    await ledger.dropWebhook(message.webhook);
    return { kind: "done" };
  }
  if (target.health.isSlow && target.isActive && !isSlowQueue) {
    return { kind: "again", afterMs: 0, queue: "slow" };
  }
  const { webhook, eventId } = message;
  const nowMs = world.clock();
  const claim = await ledger.claimDelivery({ webhook, eventId }, nowMs);
  switch (claim.kind) {
    case "over":
      return { kind: "done" };
    case "wait": {
      const afterMs = claim.untilMs - nowMs;
      return afterMs > WAIT_MS_MAX ? { kind: "done" } : { kind: "again", afterMs, queue: "same" };
    }
    case "go":
      return attemptOnce(env, message, target, claim, world);
  }
}

async function attemptOnce(
  env: Cloudflare.Env,
  { ledger, webhook, eventId }: QueuedDelivery,
  target: DeliveryTarget,
  claim: Extract<Claim, { kind: "go" }>,
  world: DeliveryWorld,
): Promise<Fate> {
  const posted = await (target.isActive
    ? send(target, eventId, claim.content, world)
    : notSent(world.clock()));
  const nowMs = world.clock();
  const verdict = target.isActive
    ? judge({ ...posted, number: claim.attempt }, target.retryPolicy, target.health, {
        nowMs,
        random01: world.random01(),
      })
    : givenUp(target);
  const { delivery, health } = verdict;
  const nextAtMs = delivery.status === "pending" ? nowMs + delivery.delayMs : null;
  const { staysQueued } = await ledgerFor(env, ledger).recordAttempt(
    { webhook, eventId },
    posted.attempt,
    { status: delivery.status, nextAtMs },
    nowMs,
  );
  await keepHealth(env.DB, target, health, nowMs);
  if (delivery.status !== "pending" || !staysQueued) return { kind: "done" };
  return { kind: "again", afterMs: delivery.delayMs, queue: health.isSlow ? "slow" : "same" };
}

async function send(
  target: DeliveryTarget,
  eventId: string,
  { event, body }: DeliveryContent,
  { clock, policy, postLimitMs }: DeliveryWorld,
): Promise<Posted> {
  const { url } = target;
  const signed = { eventId, event, deliveryId: deliveryIdOf(eventId, target.uuid), body };
  const secrets = await target.secrets();
  return post({ url, secrets }, signed, { policy, limitMs: postLimitMs, nowMs: clock() });
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

function givenUp({ health }: DeliveryTarget): Verdict {
  return { delivery: { status: "failed" }, health: { ...health, disabledReason: null } };
}
