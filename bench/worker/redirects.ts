/**
 * Sends visitors through the whole Worker and counts what is billed: front door, redirect, capture,
 * queue, consumer, Ledger. Only time, KV and the queue are stand-ins; rows are the Ledger's own.
 */

import type { LedgerId } from "../../src/ledger/ledger-id.ts";
import { ROUTE_SCHEMA, type RouteRecord } from "../../src/links/route/record.ts";
import worker from "../../src/worker.ts";
import { noOperations, type Operations } from "../operations.ts";
import { ledgerOf, type NewDayCost, type RedirectPlan, type RowUsage } from "../tasks.ts";
import { randomOf, visitsOf, type Visit } from "../traffic.ts";
import { consume } from "./consumer.ts";
import { meteredDatabase, meteredObjects, meteredQueue, meteredRoutes } from "./metered.ts";
import { virtualClock } from "./virtual-clock.ts";

export type UsageReader = (ledger: LedgerId) => Promise<RowUsage>;

/** People come back: so many clicks one of them makes. */
const CLICKS_A_PERSON = 3;
/** Days are UTC; traffic begins when one does, and is over before it ends. */
const DAY_MS = 86_400_000;

/** Follows links by Zipf's law at a steady rate and takes all clicks to the Ledger. */
export async function countRedirects(
  env: Cloudflare.Env,
  plan: RedirectPlan,
  usageOf: UsageReader,
): Promise<Operations> {
  const visit = visitsOf(plan.links, Math.ceil(plan.clicks / CLICKS_A_PERSON), plan.workspace);
  return await withTraffic(env, plan, usageOf, async (traffic) => {
    // Makes the Ledger's tables and sets its alarm, once for all time.
    await traffic.pass([visit()]);
    return await traffic.pass(Array.from({ length: plan.clicks }, visit));
  });
}

/** Clicks every link once on one day, once more, and once on the next: what a new day costs. */
export async function countNewDay(
  env: Cloudflare.Env,
  plan: RedirectPlan,
  usageOf: UsageReader,
): Promise<NewDayCost> {
  const visit = visitsOf(1, plan.links, plan.workspace);
  const visits = Array.from({ length: plan.links }, (_, n) => ({ ...visit(), link: n + 1 }));
  return await withTraffic(env, plan, usageOf, async (traffic) => {
    await traffic.pass(visits);
    const sameDay = await traffic.pass(visits);
    await traffic.nextDay();
    return { links: plan.links, sameDay, nextDay: await traffic.pass(visits) };
  });
}

interface Traffic {
  /** Lets visitors come one after the other, and counts until all of it is stored. */
  pass(visits: readonly Visit[]): Promise<Operations>;
  nextDay(): Promise<void>;
}

async function withTraffic<T>(
  env: Cloudflare.Env,
  plan: RedirectPlan,
  usageOf: UsageReader,
  run: (traffic: Traffic) => Promise<T>,
): Promise<T> {
  const ledger = ledgerOf(plan.workspace);
  const clock = virtualClock(Math.ceil(Date.now() / DAY_MS) * DAY_MS);
  const sent: string[] = [];
  const random = randomOf(plan.workspace);
  const gapMs = (): number => (-Math.log(1 - random()) * 1_000) / plan.clicksPerSecond;

  async function pass(visits: readonly Visit[]): Promise<Operations> {
    const counted = noOperations();
    const metered = meteredEnv(env, counted, sent, (key) => JSON.stringify(recordOf(key, ledger)));
    const consumeAll = async (): Promise<void> => {
      counted.consumerCalls += 1;
      await consume(sent.splice(0), metered, clock.context);
    };
    const before = await usageOf(ledger);
    for (const visit of visits) {
      await clock.advanceTo(clock.now() + gapMs());
      await follow(`/b${plan.workspace}-${visit.link}`, visit, metered, clock.context);
      await clock.settle();
      counted.redirects += 1;
      if (sent.length >= plan.mergedMessages) await consumeAll();
    }
    await clock.finish();
    if (sent.length > 0) await consumeAll();
    const after = await usageOf(ledger);
    counted.objectRowsRead += after.rowsRead - before.rowsRead;
    counted.objectRowsWritten += after.rowsWritten - before.rowsWritten;
    return counted;
  }

  try {
    const nextDay = () => clock.advanceTo(Math.ceil(clock.now() / DAY_MS) * DAY_MS);
    return await run({ pass, nextDay });
  } finally {
    clock.stop();
  }
}

/** Follows links that were never followed: KV has none of them, and is written. */
export async function countFirstVisits(
  env: Cloudflare.Env,
  { links }: { readonly links: number },
): Promise<Operations> {
  const codes = await insertLinks(env.DB, links);
  const clock = virtualClock(Date.now());
  try {
    const counted = noOperations();
    const metered = meteredEnv(env, counted, [], () => null);
    const visit = visitsOf(1, links, 1);
    for (const code of codes) {
      await follow(`/${code}`, visit(), metered, clock.context);
      await clock.settle();
      counted.redirects += 1;
    }
    await clock.finish();
    return counted;
  } finally {
    clock.stop();
  }
}

async function insertLinks(db: D1Database, n: number): Promise<readonly string[]> {
  const workspace = await db
    .prepare(
      "INSERT INTO workspaces (uuid, name, plan, created_at_ms) VALUES (?1, 'Bench', 'enterprise', 0) RETURNING id",
    )
    .bind(crypto.randomUUID())
    .first<number>("id");
  const codes = Array.from({ length: n }, (_, index) => `first-${workspace}-${index}`);
  const insert = db.prepare(
    `INSERT INTO links (uuid, workspace_id, user_id, destination_url, code, created_at_ms, updated_at_ms)
     VALUES (?1, ?2, 'bench', 'https://example.com/landing', ?3, 0, 0)`,
  );
  await db.batch(codes.map((code) => insert.bind(crypto.randomUUID(), workspace, code)));
  return codes;
}

function meteredEnv(
  env: Cloudflare.Env,
  counted: Operations,
  sent: string[],
  stored: (key: string) => string | null,
): Cloudflare.Env {
  return {
    ...env,
    ROUTES: meteredRoutes(counted, stored),
    CLICKS: meteredQueue(counted, sent),
    LEDGER: meteredObjects(env.LEDGER, counted),
    DB: meteredDatabase(env.DB, counted),
  };
}

/** Every link was published before: what its first visit costs is counted by `countFirstVisits`. */
function recordOf(key: string, ledger: LedgerId): RouteRecord {
  const linkId = Number(key.slice(key.lastIndexOf("-") + 1));
  return {
    schema: ROUTE_SCHEMA,
    linkId,
    version: 1,
    ledger,
    destination: `https://example.com/landing/${linkId}`,
  };
}

async function follow(
  path: string,
  visit: Visit,
  env: Cloudflare.Env,
  ctx: ExecutionContext,
): Promise<void> {
  const headers = new Headers({
    "CF-Connecting-IP": visit.address,
    "User-Agent": visit.userAgent,
  });
  if (visit.referer !== null) headers.set("Referer", visit.referer);
  const { country, city } = visit;
  const request = new Request(new URL(path, "http://localhost"), {
    headers,
    cf: { country, city } as never,
  });
  const response = await worker.fetch(request, env, ctx);
  if (response.status !== 302) throw new Error(`A link answered ${response.status}.`);
}
