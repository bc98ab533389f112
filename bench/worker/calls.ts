/** Sends requests through the whole Worker, and counts what they cost in bindings. */

import worker from "../../src/worker.ts";
import { noOperations } from "../operations.ts";
import type { CallAnswer, CallPlan, PlainAnswer } from "../tasks.ts";
import { meteredDatabase, meteredObjects, meteredRoutes } from "./metered.ts";

/**
 * Waits for the answer and for what runs under the request's own `waitUntil`, and tells both apart.
 * What a use case publishes, purges or queues by itself runs under the runtime's, and is not waited for.
 */
export async function countCall(env: Cloudflare.Env, plan: CallPlan): Promise<CallAnswer> {
  const counted = noOperations();
  const metered: Cloudflare.Env = {
    ...env,
    DB: meteredDatabase(env.DB, counted),
    ROUTES: meteredRoutes(counted, () => null),
    LEDGER: meteredObjects(env.LEDGER, counted),
    CODE_ALLOCATOR: meteredObjects(env.CODE_ALLOCATOR, counted),
    UPKEEP: meteredObjects(env.UPKEEP, counted),
  };
  const { response, body, background } = await send(metered, plan);
  const answered = { ...counted };
  await Promise.all(background);
  return {
    status: response.status,
    body,
    cookie: response.headers.get("Set-Cookie"),
    answered,
    afterwards: counted,
  };
}

/** Answers without meters, which take time of their own, and keeps the body to itself. */
export async function answerCall(env: Cloudflare.Env, plan: CallPlan): Promise<PlainAnswer> {
  const { response, body, background } = await send(env, plan);
  await Promise.all(background);
  return { status: response.status, bytes: byteLength(body) };
}

export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

interface Sent {
  readonly response: Response;
  readonly body: string;
  readonly background: readonly Promise<unknown>[];
}

async function send(env: Cloudflare.Env, plan: CallPlan): Promise<Sent> {
  const background: Promise<unknown>[] = [];
  const waitUntil = (work: Promise<unknown>): void => void background.push(work);
  const ctx = { waitUntil, passThroughOnException: () => undefined, props: {} } as ExecutionContext;
  const request = new Request<unknown, IncomingRequestCfProperties>(
    new URL(plan.path, "http://localhost:8787"),
    {
      method: plan.method,
      headers: { "CF-Connecting-IP": "10.1.2.3", ...plan.headers },
      body: plan.body ?? null,
    },
  );
  const response = await worker.fetch(request, env, ctx);
  return { response, body: await response.text(), background };
}
