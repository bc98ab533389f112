/** Gives messages to the click consumer as the queue would, with the Ledger behind it and without. */

import { CLICK_FORMAT, type ClickMessage } from "../../src/clicks/click.ts";
import type { IngestedBatch } from "../../src/ledger/contract.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import type { Row } from "../../src/platform/row-format.ts";
import worker from "../../src/worker.ts";
import type { ConsumePlan, MessagePlan } from "../tasks.ts";
import { visitsOf, type Visit } from "../traffic.ts";
import { batchId, hashOf, referrerOf } from "./fill.ts";

const PEOPLE = 1_000;
/** A hundred clicks a second. */
const STEP_MS = 10;
const DAY_MS = 86_400_000;

let prepared: string[] = [];

/** Writes messages as a redirect's drain does, all of one day, and keeps them for `consumePrepared`. */
export function prepareMessages(_env: Cloudflare.Env, plan: MessagePlan): Promise<number> {
  const visit = visitsOf(plan.links, PEOPLE, plan.seed + plan.from);
  const startMs = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  prepared = [];
  for (let first = plan.from; first < plan.from + plan.clicks; first += plan.clicksAMessage) {
    const clicks = Array.from({ length: plan.clicksAMessage }, (_, index) =>
      packedClick(plan, visit(), first + index, startMs + (first + index) * STEP_MS),
    );
    const id = batchId(startMs + first * STEP_MS, plan.seed, first);
    prepared.push(JSON.stringify({ v: 1, id, clicks, lost: {} } satisfies ClickMessage));
  }
  return Promise.resolve(prepared.length);
}

/** Consumes what was prepared, and tells how many calls of the consumer that took. */
export async function consumePrepared(
  env: Cloudflare.Env,
  { mergedMessages, times, withLedger }: ConsumePlan,
): Promise<number> {
  const consumerEnv = withLedger ? env : { ...env, LEDGER: INSTANT_LEDGERS };
  let calls = 0;
  for (let time = 0; time < times; time++) {
    for (let first = 0; first < prepared.length; first += mergedMessages) {
      await consume(prepared.slice(first, first + mergedMessages), consumerEnv, CONTEXT);
      calls += 1;
    }
  }
  return calls;
}

/** Has the Worker consume messages in one call; throws when it does not take one. */
export async function consume(
  bodies: readonly string[],
  env: Cloudflare.Env,
  ctx: ExecutionContext,
): Promise<void> {
  const messages = bodies.map((body, index) => ({
    id: String(index),
    timestamp: new Date(0),
    body,
    attempts: 1,
    ack: () => undefined,
    retry: () => {
      throw new Error("A message was not taken.");
    },
  }));
  const batch = {
    queue: "clicks",
    messages,
    metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } },
    ackAll: () => undefined,
    retryAll: () => undefined,
  };
  await (
    worker.queue as (batch: unknown, env: Cloudflare.Env, ctx: ExecutionContext) => Promise<void>
  )(batch, env, ctx);
}

const CONTEXT = {
  waitUntil: () => undefined,
  passThroughOnException: () => undefined,
  props: {},
} as unknown as ExecutionContext;

const INSTANT_LEDGERS = {
  getByName: () => ({
    ingest: (batches: readonly { readonly id: string }[]): Promise<IngestedBatch[]> =>
      Promise.resolve(
        batches.map(({ id }) => ({ id, firstClickId: 1, repeated: false, refused: false })),
      ),
  }),
} as unknown as DurableObjectNamespace<Ledger>;

function packedClick(
  { ledger, newAgents }: MessagePlan,
  { link: linkId, userAgent, address, referer, country, city }: Visit,
  ordinal: number,
  atMs: number,
): Row {
  return CLICK_FORMAT.pack({
    ledger,
    linkId,
    atMs,
    kind: "visit",
    country,
    city,
    referrer: referrerOf(referer),
    userAgent: newAgents ? `${userAgent} Build/${ordinal}` : userAgent,
    hints: hintsOf(userAgent),
    addressHash: hashOf(address),
    scan: false,
    rule: null,
    variant: null,
    token: null,
  });
}

/** As Chromium's browsers send them; others send none. */
function hintsOf(userAgent: string): string | null {
  if (!userAgent.includes("Chrome/")) return null;
  if (userAgent.includes("Android")) return ";Android;1";
  return userAgent.includes("Macintosh") ? ";macOS;0" : ";Windows;0";
}
