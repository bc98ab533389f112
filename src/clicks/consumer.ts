/**
 * Moves clicks from their queue to the Ledgers, and gives them the events of those clicks.
 *
 * A message is acknowledged once both are done. A Ledger counts a batch once, so redelivery is
 * harmless.
 */

import type { ClickBatch, IngestedBatch } from "../ledger/contract.ts";
import type { LedgerId } from "../ledger/ledger-id.ts";
import { ledgerFor } from "../ledger/stub.ts";
import { keepDeadLetters, setAside } from "../platform/dead-letters.ts";
import { log, tolerate } from "../platform/log.ts";
import { retryLater } from "../platform/retry-delay.ts";
import { secretOf } from "../platform/secrets.ts";
import { batchesByLedger, type IngestedClicks } from "./click-batches.ts";
import { loadThresholds, tellClicks } from "./click-events.ts";
import { readClickMessage } from "./click-message.ts";
import type { ClickMessage } from "./click.ts";

/** The outcome of a batch of messages. */
interface Outcome {
  readonly ingested: readonly IngestedClicks[];
  /** Ids of messages that at least one Ledger lacks, or whose webhook events were not taken. */
  readonly failed: ReadonlySet<string>;
  readonly error: unknown;
}

const INGEST_BYTES_MAX = 1_000_000;

/** Stores all clicks of messages. Throws if any part of that remains undone. Safe to repeat. */
export async function ingestMessages(
  env: Cloudflare.Env,
  messages: readonly ClickMessage[],
): Promise<readonly IngestedClicks[]> {
  const { ingested, failed, error } = await deliver(env, messages);
  if (failed.size > 0) throw error;
  return ingested;
}

/** Consumes a batch of the queue `clicks`, and acknowledges or retries each message separately. */
export async function consumeClicks(batch: MessageBatch, env: Cloudflare.Env): Promise<void> {
  const readable: { readonly message: Message; readonly clicks: ClickMessage }[] = [];
  for (const message of batch.messages) {
    const read = readClickMessage(message.body);
    if (read.kind === "clicks") readable.push({ message, clicks: read.message });
    else if (read.kind === "newer") retryLater(message);
    else await setAside("clicks", batch.queue, message, env.DB);
  }
  if (readable.length === 0) return;
  const { failed } = await deliver(
    env,
    readable.map(({ clicks }) => clicks),
  );
  for (const { message, clicks } of readable) {
    if (failed.has(clicks.id)) retryLater(message);
    else message.ack();
  }
}

/** Consumes a dead-letter queue. A message leaves it only once D1 holds it in full. */
export async function storeDeadLetters(batch: MessageBatch, env: Cloudflare.Env): Promise<void> {
  log("error", "queue.dead_letters", { queue: batch.queue, count: batch.messages.length });
  await keepDeadLetters(env.DB, batch.queue, batch.messages);
  batch.ackAll();
}

async function deliver(env: Cloudflare.Env, messages: readonly ClickMessage[]): Promise<Outcome> {
  const secret = await secretOf(env, "AUTH_SECRET");
  const batches = await batchesByLedger(messages, secret, Date.now());
  const thresholds = await tolerate(
    "clicks.thresholds.failed",
    loadThresholds(env.DB, batches, Date.now()),
  );
  const ingested: IngestedClicks[] = [];
  const failed = new Set<string>();
  let firstError: unknown = null;
  const deliverOne = async (ledger: LedgerId, all: readonly ClickBatch[]) => {
    for (const some of chunks(all)) {
      try {
        const answers = await ledgerFor(env, ledger).ingest(some, thresholds?.get(ledger) ?? null);
        ingested.push(...pair(ledger, some, answers));
      } catch (error) {
        log("error", "clicks.ingest.failed", { ledger, count: some.length, error });
        firstError ??= error;
        for (const { id } of some) failed.add(id);
      }
    }
  };
  await Promise.all([...batches].map(([ledger, all]) => deliverOne(ledger, all)));
  try {
    await tellClicks(env, ingested, Date.now());
  } catch (error) {
    // Redelivery offers the events again, and the Ledgers still count the clicks only once.
    log("error", "clicks.webhooks.failed", { count: ingested.length, error });
    firstError ??= error;
    for (const { batch } of ingested) failed.add(batch.id);
  }
  return { ingested, failed, error: firstError };
}

function pair(
  ledger: LedgerId,
  batches: readonly ClickBatch[],
  answers: readonly IngestedBatch[],
): IngestedClicks[] {
  const refused = answers.filter((answer) => answer.refused).length;
  if (refused > 0) log("warn", "clicks.ingest.refused", { ledger, count: refused });
  return batches.flatMap((batch, position) => {
    const ingested = answers[position];
    return ingested === undefined ? [] : [{ ledger, batch, ingested }];
  });
}

/** Splits batches so that each call to a Ledger stays small. A batch over the limit goes alone. */
function* chunks(batches: readonly ClickBatch[]): Generator<ClickBatch[]> {
  let chunk: ClickBatch[] = [];
  let bytes = 0;
  for (const batch of batches) {
    const size = JSON.stringify(batch).length;
    if (chunk.length > 0 && bytes + size > INGEST_BYTES_MAX) {
      yield chunk;
      [chunk, bytes] = [[], 0];
    }
    chunk.push(batch);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}
