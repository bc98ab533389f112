import fc from "fast-check";
import { describe, it } from "vitest";

import { DELIVERIES_A_CALL, inCalls } from "../../src/webhooks/hand-over.ts";

const events = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 200 }).map((counts) =>
  counts.map((count, n) => ({
    eventId: `event-${n}`,
    event: "link.created" as const,
    atMs: 0,
    linkId: null,
    body: "{}",
    webhooks: Array.from({ length: count }, (_, at) => `webhook-${at}`),
  })),
);

describe("the calls that hand events over to a Ledger", () => {
  it("hold every event once, in order, and few deliveries each", ({ expect }) => {
    fc.assert(
      fc.property(events, (all) => {
        const calls = inCalls(all);
        expect(calls.flat()).toEqual(all);
        for (const call of calls) {
          const deliveries = call.reduce((sum, { webhooks }) => sum + webhooks.length, 0);
          expect(deliveries).toBeLessThanOrEqual(DELIVERIES_A_CALL);
          expect(call.length).toBeGreaterThan(0);
        }
      }),
    );
  });
});
