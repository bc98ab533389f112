/**
 * Captures clicks by group commit: a redirect pushes plain data and goes; one drain an isolate
 * sends what has gathered, under somebody's `waitUntil`.
 *
 * The drain's role is a lease with a time, not a flag: a request may be cancelled in the middle of
 * a send, and then the next click takes the role over and sends the same batch under the same id,
 * which the Ledger counts once.
 */

import type { ClickMessage } from "../clicks/click.ts";
import { hex } from "../platform/bytes.ts";
import { within } from "../platform/deadline.ts";
import { log } from "../platform/log.ts";
import type { CaptureSettings } from "./capture-settings.ts";
import type { CapturedClick, clickMessage, messageBytes } from "./pack.ts";

/** What makes messages of clicks. */
export interface Packing {
  readonly clickMessage: typeof clickMessage;
  readonly messageBytes: typeof messageBytes;
}

/** What a redirect does not need, but a drain does: loaded when it runs. */
export interface CaptureParts {
  loadPacking(): Promise<Packing>;
  /** Stores a message without the queue, when that has refused it. */
  ingestDirectly(env: Cloudflare.Env, message: ClickMessage): Promise<void>;
}

export interface Capture {
  /** Takes one click in; returns at once and never throws. */
  add(click: CapturedClick, env: Cloudflare.Env, ctx: Pick<ExecutionContext, "waitUntil">): void;
  /** Clicks taken in and not yet known to be stored. */
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
  /** Taken from the buffer and not yet confirmed; survives the drain that took them. */
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

  /** Drops the lease first and sends after: a click that comes in between starts a drain of its own. */
  async function handOn(mine: Lease, env: Cloudflare.Env, packing: Packing): Promise<void> {
    if (lease === mine) lease = null;
    const last = takeBatch(mine.renewedAtMs, packing);
    if (last !== null) await deliver(last, env, packing);
  }

  /** Finds a batch whose last try failed, or died with its drain. */
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
      batch.message ??= await packing.clickMessage(batch, env.AUTH_SECRET);
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
      // The queue may have it after all: the Ledger counts a batch id once.
      await within(settings.sendMs, parts.ingestDirectly(env, message));
    }
  }

  function confirm(batch: Batch): void {
    if (unconfirmed.delete(batch.id)) underWay -= batch.clicks.length;
  }

  return { add, held: () => buffer.length + underWay };
}

/** A failing batch is tried again after 2 s, then later and later, at most a minute apart. */
const RETRY_DOUBLINGS = 6;

/** Begins with the time, so that the Ledger's log can be walked in order: 9 digits of base 36, then 80 bits. */
function newBatchId(nowMs: number): string {
  return nowMs.toString(36).padStart(9, "0") + hex(crypto.getRandomValues(new Uint8Array(10)));
}
