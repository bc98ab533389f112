/** Tests which of a workspace's deliveries are in the queue that all workspaces share. */

import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, it } from "vitest";

import type { DeliveryKey, OfferedEvent } from "../../../src/ledger/deliveries/contract.ts";
import { claimDelivery, recordAttempt } from "../../../src/ledger/deliveries/deliveries.ts";
import {
  dropWebhook,
  keepPlace,
  offerEvents,
  QUEUED_MAX,
  QUEUED_PER_WEBHOOK_MAX,
  takeNext,
} from "../../../src/ledger/deliveries/waiting.ts";
import { ledgerFor } from "../../../src/ledger/stub.ts";
import type { MeteredSql } from "../../../src/platform/metered-sql.ts";
import { newEventId } from "../../../src/webhooks/events.ts";
import { envWith, withMethod } from "../../support/faults.ts";
import { freshLedger, freshLedgerId } from "../fresh-ledger.ts";

const NOW = Date.now();
const MINUTE_MS = 60_000;
const ATTEMPT = { atMs: NOW, durationMs: 12, status: 500, error: null, response: null };
const [DEAD, ALIVE, THIRD] = ["a", "b", "c"];

function events(count: number, ...webhooks: readonly string[]): OfferedEvent[] {
  return Array.from({ length: count }, (_, at) => ({
    eventId: newEventId(NOW + at),
    event: "link.created",
    atMs: NOW,
    linkId: 1,
    body: "{}",
    webhooks,
  }));
}

async function inFreshLedger<T>(act: (sql: MeteredSql) => T): Promise<T> {
  return runInDurableObject(freshLedger(), ({ sql }) => act(sql));
}

/** Ends an attempt: for good, or with another attempt at a time. */
function end(sql: MeteredSql, key: DeliveryKey, nowMs: number, nextAtMs: number | null = null) {
  claimDelivery(sql, key, nowMs);
  const status = nextAtMs === null ? "delivered" : "pending";
  recordAttempt(sql, key, ATTEMPT, { status, nextAtMs });
  return keepPlace(sql, key, nextAtMs, nowMs);
}

function webhooksOf(keys: readonly DeliveryKey[]): string[] {
  return keys.map(({ webhook }) => webhook);
}

describe("the queue's places of a workspace", () => {
  it("are a few for each endpoint, given in turn, and follow what ends", async ({ expect }) => {
    await inFreshLedger((sql) => {
      offerEvents(sql, events(100, DEAD, ALIVE, THIRD), NOW);
      const { keys } = takeNext(sql, NOW);
      expect(keys).toHaveLength(QUEUED_MAX);
      expect(webhooksOf(keys.slice(0, 6))).toEqual([DEAD, ALIVE, THIRD, DEAD, ALIVE, THIRD]);
      expect(takeNext(sql, NOW).keys).toEqual([]);
      const [, second] = keys;
      if (second === undefined) throw new Error("Too little was queued.");
      end(sql, second, NOW);
      expect(webhooksOf(takeNext(sql, NOW).keys)).toEqual([ALIVE]);
    });
  });

  it("are left for others by an endpoint that never answers", async ({ expect }) => {
    await inFreshLedger((sql) => {
      offerEvents(sql, events(100, DEAD), NOW);
      expect(takeNext(sql, NOW).keys).toHaveLength(QUEUED_PER_WEBHOOK_MAX);
      offerEvents(sql, events(2, ALIVE), NOW + 1);
      expect(webhooksOf(takeNext(sql, NOW + 1).keys)).toEqual([ALIVE, ALIVE]);
    });
  });

  it("are kept for a retry in seconds, and given back for a later one", async ({ expect }) => {
    await inFreshLedger((sql) => {
      const [soon, late] = events(2, DEAD);
      if (soon === undefined || late === undefined) throw new Error("There are two.");
      offerEvents(sql, [soon, late], NOW);
      const [first, second] = takeNext(sql, NOW).keys;
      if (first === undefined || second === undefined) throw new Error("Two are queued.");
      expect(end(sql, first, NOW, NOW + 30_000)).toBe(true);
      expect(end(sql, second, NOW, NOW + 5 * MINUTE_MS)).toBe(false);
      // The first has its place until a minute after it is due, then the second is due.
      expect(takeNext(sql, NOW + 1)).toEqual({ keys: [], wakeAtMs: NOW + 30_000 + MINUTE_MS });
      end(sql, first, NOW + 30_000);
      const waiting = { keys: [], wakeAtMs: NOW + 5 * MINUTE_MS };
      expect(takeNext(sql, NOW + 30_000)).toEqual(waiting);
      expect(takeNext(sql, NOW + 5 * MINUTE_MS).keys).toEqual([second]);
    });
  });

  it("cost few rows to give, however much is over or waits", async ({ expect }) => {
    await inFreshLedger((sql) => {
      offerEvents(sql, events(1_000, DEAD, ALIVE, THIRD), NOW);
      sql.run("UPDATE deliveries SET status = 'delivered', due_at_ms = NULL");
      offerEvents(sql, events(1_000, DEAD, ALIVE, THIRD), NOW);
      const [first] = takeNext(sql, NOW).keys;
      if (first === undefined) throw new Error("Nothing was queued.");
      end(sql, first, NOW);
      const before = { ...sql.usage };
      expect(takeNext(sql, NOW).keys).toHaveLength(1);
      expect(sql.usage.rowsRead - before.rowsRead).toBeLessThan(200);
      expect(sql.usage.rowsWritten - before.rowsWritten).toBe(1);
    });
  });

  it("are believed for a minute, twice, and then for longer each time", async ({ expect }) => {
    await inFreshLedger((sql) => {
      offerEvents(sql, events(1, ALIVE), NOW);
      const { keys } = takeNext(sql, NOW);
      const minutes: number[] = [];
      let nowMs = NOW;
      for (let round = 0; round < 5; round += 1) {
        const { wakeAtMs } = takeNext(sql, nowMs);
        minutes.push(((wakeAtMs ?? 0) - nowMs) / MINUTE_MS);
        nowMs = wakeAtMs ?? 0;
        expect(takeNext(sql, nowMs - 1).keys).toEqual([]);
        expect(takeNext(sql, nowMs).keys).toEqual(keys);
      }
      expect(minutes).toEqual([1, 1, 2, 4, 8]);
    });
  });

  it("are free again when the endpoint or the delivery is gone", async ({ expect }) => {
    await inFreshLedger((sql) => {
      offerEvents(sql, events(30, DEAD, ALIVE), NOW);
      takeNext(sql, NOW);
      dropWebhook(sql, DEAD);
      sql.run("DELETE FROM deliveries");
      expect(takeNext(sql, NOW + MINUTE_MS)).toEqual({ keys: [], wakeAtMs: null });
      expect(sql.run("SELECT * FROM queued")).toEqual([]);
    });
  });

  it("never exceed their number, and whatever happens each delivery comes to its end", async ({
    expect,
  }) => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("offer" as const), n: fc.integer({ min: 1, max: 40 }) }),
      fc.record({ do: fc.constant("end" as const), n: fc.nat(24) }),
      fc.record({ do: fc.constant("retry" as const), n: fc.nat(24) }),
      fc.record({ do: fc.constant("lose" as const), n: fc.nat(120) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        await inFreshLedger((sql) => {
          let nowMs = NOW;
          const inQueue = new Map<string, DeliveryKey>();
          const take = () => {
            for (const key of takeNext(sql, nowMs).keys) {
              inQueue.set(`${key.webhook}/${key.eventId}`, key);
            }
            const perWebhook = Map.groupBy(inQueue.values(), ({ webhook }) => webhook);
            expect(inQueue.size).toBeLessThanOrEqual(QUEUED_MAX);
            for (const keys of perWebhook.values()) {
              expect(keys.length).toBeLessThanOrEqual(QUEUED_PER_WEBHOOK_MAX);
            }
          };
          const finish = (at: number, nextAtMs: number | null) => {
            const [name, key] = [...inQueue][at % Math.max(1, inQueue.size)] ?? [];
            if (name === undefined || key === undefined) return;
            if (!end(sql, key, nowMs, nextAtMs)) inQueue.delete(name);
          };
          for (const { do: what, n } of steps) {
            nowMs += 1_000;
            if (what === "offer") offerEvents(sql, events(n, DEAD, ALIVE, THIRD), nowMs);
            else if (what === "end") finish(n, null);
            else if (what === "retry") finish(n, nowMs + n * 10_000);
            else nowMs += n * 1_000;
            take();
          }
          nowMs += 60 * MINUTE_MS;
          for (take(); inQueue.size > 0; take()) finish(0, null);
          expect(sql.run("SELECT 1 FROM deliveries WHERE status = 'pending'")).toEqual([]);
          expect(sql.run("SELECT 1 FROM queued")).toEqual([]);
        });
      }),
      { numRuns: 15 },
    );
  });
});

describe("the alarm", () => {
  it("queues again what the queue has lost, without doing the daily work", async ({ expect }) => {
    const id = freshLedgerId();
    const ledger = ledgerFor(env, id);
    const sent: unknown[] = [];
    const sendBatch: Queue["sendBatch"] = async (messages) => {
      sent.push(...messages);
      return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } };
    };
    const queue = withMethod(env.WEBHOOKS, "sendBatch", sendBatch);
    await runInDurableObject(ledger, (instance) => {
      Object.assign(instance, { env: envWith({ WEBHOOKS: queue }) });
    });
    await ledger.offer(id, events(1, ALIVE));
    const alarmAtMs = await alarmOf(ledger);
    expect(alarmAtMs).toBeLessThanOrEqual(Date.now() + MINUTE_MS);
    const before = await markOf(ledger);
    await runInDurableObject(ledger, ({ sql }) => void sql.run("UPDATE queued SET until_ms = 0"));
    expect(await runDurableObjectAlarm(ledger)).toBe(true);
    const [first, again, ...others] = sent;
    expect([again, others]).toEqual([first, []]);
    expect(await markOf(ledger)).toBe(before);
    expect(before).toBeGreaterThan(Date.now() + 23 * 60 * MINUTE_MS);
    expect(await alarmOf(ledger)).toBeLessThanOrEqual(Date.now() + MINUTE_MS);
  });
});

type Stub = ReturnType<typeof freshLedger>;

async function alarmOf(ledger: Stub): Promise<number | null> {
  return runInDurableObject(ledger, (_instance, state) => state.storage.getAlarm());
}

async function markOf(ledger: Stub): Promise<number> {
  return runInDurableObject(ledger, ({ sql }) => {
    const [row] = sql.run<{ value: string }>("SELECT value FROM marks WHERE name = 'tidy'");
    return Number(row?.value);
  });
}
