/**
 * Captures clicks by group commit: a redirect pushes plain data and returns; one drain per isolate
 * sends what has gathered, under the `waitUntil` of the request that started it.
 *
 * The drain holds a lease with a time, not a flag: its request may be cancelled in the middle of a
 * send. Then the next click takes the lease and sends the same batch under the same id, which the
 * Ledger counts once.
 */

import type { ClickMessage } from "../clicks/click.ts";
import { hex } from "../platform/bytes.ts";
import { within } from "../platform/deadline.ts";
import { log } from "../platform/log.ts";
import type { CaptureSettings } from "./capture-settings.ts";
import type { CapturedClick, clickMessage, messageBytes } from "./pack.ts";

/** Makes messages from clicks. */
export interface Packing {
  readonly clickMessage: typeof clickMessage;
  readonly messageBytes: typeof messageBytes;
}

/** What only a drain needs, loaded when it runs. */
export interface CaptureParts {
  loadPacking(): Promise<Packing>;
  /** Stores a message that the queue refused. */
  ingestDirectly(env: Cloudflare.Env, message: ClickMessage): Promise<void>;
}

export interface Capture {
  /** Adds one click. Returns at once and never throws. */
  add(click: CapturedClick, env: Cloudflare.Env, ctx: Pick<ExecutionContext, "waitUntil">): void;
  /** Returns the number of clicks not yet confirmed as stored. */
  held(): number;
}

interface Batch {
  readonly id: string;
  readonly clicks: readonly CapturedClick[];
  readonly lost: Readonly<Record<string, number>>;
  message: ClickMessage | null;
  tries: number;
  retryAtMs: number;
}

interface Lease {
  renewedAtMs: number;
}

export function createCapture(parts: CaptureParts, settings: CaptureSettings): Capture {
  let buffer: CapturedClick[] = [];
  let lost: Record<string, number> = {};
  let lease: Lease | null = null;
  let underWay = 0;
  /** Batches that are not yet confirmed; they survive the drain that took them. */
  const unconfirmed = new Map<string, Batch>();

  function add(
    click: CapturedClick,
    env: Cloudflare.Env,
    ctx: Pick<ExecutionContext, "waitUntil">,
  ): void {
    if (buffer.length + underWay < settings.heldMax) buffer.push(click);
    else lost[click.ledger] = (lost[click.ledger] ?? 0) + 1;

    const nowMs = click.atMs;
    if (lease !== null && nowMs - lease.renewedAtMs <= settings.leaseMs) return;
    const taken: Lease = { renewedAtMs: nowMs };
    lease = taken;
    ctx.waitUntil(drain(taken, env));
  }

  async function drain(mine: Lease, env: Cloudflare.Env): Promise<void> {
    const startedAtMs = mine.renewedAtMs;
    const packing = await parts.loadPacking();
    while (lease === mine) {
      const batch = dueBatch(mine.renewedAtMs) ?? takeBatch(mine.renewedAtMs, packing);
      if (batch !== null) await deliver(batch, env, packing);
      else if (unconfirmed.size === 0) {
        lease = null;
        return;
      }
      mine.renewedAtMs = Date.now();
      if (mine.renewedAtMs - startedAtMs >= settings.drainMs) return handOn(mine, env, packing);
      if (buffer.length < settings.eagerClicks) await scheduler.wait(settings.pauseMs);
    }
  }

  /** Drops the lease before the last send: a click that arrives meanwhile starts a new drain. */
  async function handOn(mine: Lease, env: Cloudflare.Env, packing: Packing): Promise<void> {
    if (lease === mine) lease = null;
    const last = takeBatch(mine.renewedAtMs, packing);
    if (last !== null) await deliver(last, env, packing);
  }

  /** Finds a batch whose last attempt failed, or died with its drain. */
  function dueBatch(nowMs: number): Batch | null {
    for (const batch of unconfirmed.values()) {
      if (batch.retryAtMs <= nowMs) return batch;
    }
    return null;
  }

  function takeBatch(nowMs: number, { messageBytes }: Packing): Batch | null {
    if (buffer.length === 0 && Object.keys(lost).length === 0) return null;
    let bytes = 0;
    let n = 0;
    for (const click of buffer) {
      bytes += messageBytes(click);
      if (n > 0 && bytes > settings.messageBytesMax) break;
      n += 1;
    }
    const batch: Batch = {
      id: newBatchId(nowMs),
      clicks: buffer.slice(0, n),
      lost,
      message: null,
      tries: 0,
      retryAtMs: nowMs + settings.leaseMs,
    };
    buffer = buffer.slice(n);
    lost = {};
    underWay += n;
    unconfirmed.set(batch.id, batch);
    return batch;
  }

  async function deliver(batch: Batch, env: Cloudflare.Env, packing: Packing): Promise<void> {
    batch.retryAtMs = Date.now() + settings.leaseMs;
    batch.tries += 1;
    try {
      batch.message ??= await packing.clickMessage(batch, env);
      await send(batch.message, env);
      confirm(batch);
    } catch (error) {
      batch.retryAtMs = Date.now() + settings.retryMs * 2 ** Math.min(batch.tries, RETRY_DOUBLINGS);
      const { id: batchId, clicks, tries: attempt } = batch;
      log("error", "capture.batch.failed", { batchId, count: clicks.length, attempt, error });
    }
  }

  async function send(message: ClickMessage, env: Cloudflare.Env): Promise<void> {
    try {
      const body = JSON.stringify(message);
      await within(settings.sendMs, env.CLICKS.send(body, { contentType: "text" }));
    } catch (error) {
      log("warn", "capture.queue.refused", { batchId: message.id, error });
      // The queue may still have it: the Ledger counts a batch id once.
      await within(settings.sendMs, parts.ingestDirectly(env, message));
    }
  }

  function confirm(batch: Batch): void {
    if (unconfirmed.delete(batch.id)) underWay -= batch.clicks.length;
  }

  return { add, held: () => buffer.length + underWay };
}

/** Retries of a failing batch start after 2 s and back off to about a minute apart. */
const RETRY_DOUBLINGS = 6;

/** Returns 9 base-36 digits of time, so that the Ledger's log is in order, and 80 random bits. */
function newBatchId(nowMs: number): string {
  return nowMs.toString(36).padStart(9, "0") + hex(crypto.getRandomValues(new Uint8Array(10)));
}
