/** Tests the Ledger's log of webhook deliveries. */

import { runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";

import type { Delivery } from "../../../src/ledger/deliveries/contract.ts";
import { deliveriesSlice } from "../../../src/ledger/deliveries/deliveries.ts";
import { newEventId } from "../../../src/webhooks/events.ts";
import { freshLedger } from "../fresh-ledger.ts";

const NOW = Date.now();
const DAY_MS = 86_400_000;
const OUTCOME = { status: "delivered", nextAtMs: null } as const;
const ATTEMPT = { atMs: NOW, durationMs: 12, status: 200, error: null, response: "ok" };

function deliveryAt(atMs: number, fields: Partial<Delivery> = {}): Delivery {
  return {
    webhookId: 1,
    eventId: newEventId(atMs),
    event: "link.clicked",
    atMs,
    linkId: 7,
    body: '{"data":{}}',
    ...fields,
  };
}

describe("the Ledger's delivery log", () => {
  it("writes at most three rows for a click delivered at the first attempt", async ({ expect }) => {
    const ledger = freshLedger();
    const delivery = deliveryAt(NOW);
    const before = await written(ledger);
    await ledger.claimDelivery(delivery, NOW);
    await ledger.recordAttempt(delivery, ATTEMPT, OUTCOME);
    // The first row of a Ledger also sets an alarm, which the meter does not count.
    expect((await written(ledger)) - before).toBeLessThanOrEqual(3);
  });

  it("lets an attempt be claimed only once", async ({ expect }) => {
    const ledger = freshLedger();
    const delivery = deliveryAt(NOW);
    const claims = await Promise.all(
      Array.from({ length: 5 }, () => ledger.claimDelivery(delivery, NOW)),
    );
    expect(claims.filter(({ kind }) => kind === "go")).toEqual([{ kind: "go", attempt: 1 }]);
    await ledger.recordAttempt(delivery, ATTEMPT, OUTCOME);
    expect(await ledger.claimDelivery(delivery, NOW + DAY_MS)).toEqual({ kind: "over" });
  });

  it("keeps the deliveries of endpoints separate", async ({ expect }) => {
    const ledger = freshLedger();
    const delivery = deliveryAt(NOW);
    await ledger.claimDelivery(delivery, NOW);
    expect(await ledger.claimDelivery({ ...delivery, webhookId: 2 }, NOW)).toMatchObject({
      kind: "go",
    });
    const page = { status: null, beforeId: null, limit: 10 };
    expect(await ledger.listDeliveries(3, page)).toEqual([]);
    expect(await ledger.listDeliveries(2, page)).toHaveLength(1);
  });

  it("keeps the last twenty attempts", async ({ expect }) => {
    const ledger = freshLedger();
    const delivery = deliveryAt(NOW);
    await ledger.claimDelivery(delivery, NOW);
    for (let count = 0; count < 25; count += 1) {
      await ledger.recordAttempt(delivery, { ...ATTEMPT, atMs: count }, OUTCOME);
    }
    const [logged] = await ledger.listDeliveries(1, { status: null, beforeId: null, limit: 1 });
    expect(logged?.attempts.map(({ atMs }) => atMs)).toEqual(
      Array.from({ length: 20 }, (_, at) => at + 5),
    );
  });

  it("deletes deliveries after thirty days, endpoint by endpoint, in slices", async ({
    expect,
  }) => {
    const ledger = freshLedger();
    const old = [1, 1, 1, 2, 2].map((webhookId) => deliveryAt(NOW - 31 * DAY_MS, { webhookId }));
    const young = [1, 2].map((webhookId) => deliveryAt(NOW - 29 * DAY_MS, { webhookId }));
    for (const delivery of [...old, ...young]) await ledger.claimDelivery(delivery, NOW);
    const rounds = await runInDurableObject(ledger, (instance) => {
      let count = 1;
      while (deliveriesSlice(instance.sql, NOW, 2)) count += 1;
      return count;
    });
    expect(rounds).toBeGreaterThan(1);
    const page = { status: null, beforeId: null, limit: 10 };
    const left = [
      ...(await ledger.listDeliveries(1, page)),
      ...(await ledger.listDeliveries(2, page)),
    ];
    expect(left.map(({ eventId }) => eventId)).toEqual(young.map(({ eventId }) => eventId));
  });

  it("forgets a purged link's clicks, refuses further ones, and keeps other events", async ({
    expect,
  }) => {
    const ledger = freshLedger();
    const [click, other] = [deliveryAt(NOW), deliveryAt(NOW, { linkId: 8 })];
    const deleted = deliveryAt(NOW, { event: "link.deleted" });
    for (const delivery of [click, other, deleted]) await ledger.claimDelivery(delivery, NOW);
    await ledger.purgeLink(7, NOW);
    const page = { status: null, beforeId: null, limit: 10 };
    const left = await ledger.listDeliveries(1, page);
    expect(new Set(left.map(({ eventId }) => eventId))).toEqual(
      new Set([other.eventId, deleted.eventId]),
    );
    expect(await ledger.claimDelivery(click, NOW + 60_000)).toEqual({ kind: "over" });
  });

  it("is closed when its workspace is deleted", async ({ expect }) => {
    const ledger = freshLedger();
    await ledger.claimDelivery(deliveryAt(NOW), NOW);
    await ledger.close();
    expect(await ledger.claimDelivery(deliveryAt(NOW), NOW)).toEqual({ kind: "over" });
    const page = { status: null, beforeId: null, limit: 10 };
    expect(await ledger.listDeliveries(1, page)).toEqual([]);
  });
});

async function written(ledger: ReturnType<typeof freshLedger>): Promise<number> {
  return runInDurableObject(ledger, (instance) => instance.sql.usage.rowsWritten);
}
