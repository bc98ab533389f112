/** Tests the Ledger's log of webhook deliveries. */

import { runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";

import type { DeliveryKey, OfferedEvent } from "../../../src/ledger/deliveries/contract.ts";
import { deliveriesSlice } from "../../../src/ledger/deliveries/deliveries.ts";
import { offerEvents, takeNext } from "../../../src/ledger/deliveries/waiting.ts";
import { newEventId } from "../../../src/webhooks/events.ts";
import { freshLedger } from "../fresh-ledger.ts";

const NOW = Date.now();
const DAY_MS = 86_400_000;
const OUTCOME = { status: "delivered", nextAtMs: null } as const;
const ATTEMPT = { atMs: NOW, durationMs: 12, status: 200, error: null, response: "ok" };
const [ONE, TWO, THREE] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
const PAGE = { status: null, beforeId: null, limit: 10 };

type Stub = ReturnType<typeof freshLedger>;

function eventAt(atMs: number, fields: Partial<OfferedEvent> = {}): OfferedEvent {
  return {
    eventId: newEventId(atMs),
    event: "link.clicked",
    atMs,
    linkId: 7,
    body: '{"data":{}}',
    webhooks: [ONE],
    ...fields,
  };
}

function keyOf({ eventId, webhooks: [webhook = ""] }: OfferedEvent): DeliveryKey {
  return { webhook, eventId };
}

/** Stores events without queueing them. */
async function store(ledger: Stub, ...events: readonly OfferedEvent[]): Promise<void> {
  await runInDurableObject(ledger, ({ sql }) => offerEvents(sql, events, NOW));
}

describe("the Ledger's delivery log", () => {
  it("writes at most eight rows for a click delivered at the first attempt", async ({ expect }) => {
    const ledger = freshLedger();
    const event = eventAt(NOW);
    const before = await written(ledger);
    await store(ledger, event);
    await runInDurableObject(ledger, ({ sql }) => void takeNext(sql, NOW));
    await ledger.claimDelivery(keyOf(event), NOW);
    await ledger.recordAttempt(keyOf(event), ATTEMPT, OUTCOME, NOW);
    expect((await written(ledger)) - before).toBeLessThanOrEqual(8);
  });

  it("lets an attempt be claimed only once, with what is to be posted", async ({ expect }) => {
    const ledger = freshLedger();
    const event = eventAt(NOW);
    await store(ledger, event);
    const key = keyOf(event);
    const claims = await Promise.all(
      Array.from({ length: 5 }, () => ledger.claimDelivery(key, NOW)),
    );
    const { atMs, linkId, body } = event;
    const content = { event: event.event, atMs, linkId, body };
    expect(claims.filter(({ kind }) => kind === "go")).toEqual([
      { kind: "go", attempt: 1, content },
    ]);
    await ledger.recordAttempt(key, ATTEMPT, OUTCOME, NOW);
    expect(await ledger.claimDelivery(key, NOW + DAY_MS)).toEqual({ kind: "over" });
  });

  it("takes an event once", async ({ expect }) => {
    const ledger = freshLedger();
    const event = eventAt(NOW);
    await store(ledger, event);
    await ledger.claimDelivery(keyOf(event), NOW);
    await ledger.recordAttempt(keyOf(event), ATTEMPT, OUTCOME, NOW);
    await store(ledger, { ...event, webhooks: [ONE, TWO] });
    expect(await ledger.listDeliveries(ONE, PAGE)).toMatchObject([{ status: "delivered" }]);
    expect(await ledger.listDeliveries(TWO, PAGE)).toMatchObject([{ status: "pending" }]);
  });

  it("keeps the deliveries of endpoints separate", async ({ expect }) => {
    const ledger = freshLedger();
    const event = eventAt(NOW, { webhooks: [ONE, TWO] });
    await store(ledger, event);
    await ledger.claimDelivery({ webhook: ONE, eventId: event.eventId }, NOW);
    expect(await ledger.claimDelivery({ webhook: TWO, eventId: event.eventId }, NOW)).toMatchObject(
      { kind: "go" },
    );
    expect(await ledger.listDeliveries(THREE, PAGE)).toEqual([]);
    expect(await ledger.listDeliveries(TWO, PAGE)).toHaveLength(1);
  });

  it("keeps the last twenty attempts", async ({ expect }) => {
    const ledger = freshLedger();
    const event = eventAt(NOW);
    await store(ledger, event);
    for (let count = 0; count < 25; count += 1) {
      await ledger.recordAttempt(keyOf(event), { ...ATTEMPT, atMs: count }, OUTCOME, NOW);
    }
    const [logged] = await ledger.listDeliveries(ONE, PAGE);
    expect(logged?.attempts.map(({ atMs }) => atMs)).toEqual(
      Array.from({ length: 20 }, (_, at) => at + 5),
    );
  });

  it("deletes deliveries after thirty days, endpoint by endpoint, in slices", async ({
    expect,
  }) => {
    const ledger = freshLedger();
    const old = [ONE, ONE, ONE, TWO, TWO].map((webhook) =>
      eventAt(NOW - 31 * DAY_MS, { webhooks: [webhook] }),
    );
    const young = [ONE, TWO].map((webhook) => eventAt(NOW - 29 * DAY_MS, { webhooks: [webhook] }));
    await store(ledger, ...old, ...young);
    const rounds = await runInDurableObject(ledger, (instance) => {
      let count = 1;
      while (deliveriesSlice(instance.sql, NOW, 2)) count += 1;
      return count;
    });
    expect(rounds).toBeGreaterThan(1);
    const left = [
      ...(await ledger.listDeliveries(ONE, PAGE)),
      ...(await ledger.listDeliveries(TWO, PAGE)),
    ];
    expect(left.map(({ eventId }) => eventId)).toEqual(young.map(({ eventId }) => eventId));
  });

  it("forgets a purged link's clicks, refuses further ones, and keeps other events", async ({
    expect,
  }) => {
    const ledger = freshLedger();
    const [click, other] = [eventAt(NOW), eventAt(NOW, { linkId: 8 })];
    const deleted = eventAt(NOW, { event: "link.deleted" });
    await store(ledger, click, other, deleted);
    await ledger.purgeLink(7, NOW);
    await store(ledger, click, eventAt(NOW));
    const left = await ledger.listDeliveries(ONE, PAGE);
    expect(new Set(left.map(({ eventId }) => eventId))).toEqual(
      new Set([other.eventId, deleted.eventId]),
    );
    expect(await ledger.claimDelivery(keyOf(click), NOW + 60_000)).toEqual({ kind: "over" });
  });

  it("is closed when its workspace is deleted", async ({ expect }) => {
    const ledger = freshLedger();
    const event = eventAt(NOW);
    await store(ledger, event);
    await ledger.close();
    expect(await ledger.claimDelivery(keyOf(event), NOW)).toEqual({ kind: "over" });
    expect(await ledger.listDeliveries(ONE, PAGE)).toEqual([]);
  });
});

async function written(ledger: Stub): Promise<number> {
  return runInDurableObject(ledger, (instance) => instance.sql.usage.rowsWritten);
}
