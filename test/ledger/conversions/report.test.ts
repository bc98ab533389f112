/** Tests the Ledger's reports on conversions. */

import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { describe, it } from "vitest";

import type { Ledger } from "../../../src/ledger/ledger.ts";
import { DAY, dateAt } from "../sample-clicks.ts";
import {
  ADA,
  BOB,
  clicked,
  conversion,
  HOUR,
  NOW,
  tracking,
  visitor,
} from "../sample-conversions.ts";

describe("conversionReport", () => {
  const week = { from: dateAt(NOW - 6 * DAY), to: dateAt(NOW) };

  it("counts attributed conversions of whole days, the most first, besides clicks", async ({
    expect,
  }) => {
    const ledger = await tracking();
    await clicked(ledger, { linkId: 1, atMs: NOW - 5 * DAY, ...ADA });
    await clicked(ledger, { linkId: 2, atMs: NOW - 5 * DAY, ...BOB });
    for (const [who, days] of [
      [ADA, 0],
      [BOB, 0],
      [BOB, 1],
      [ADA, 3],
    ] as const) {
      await ledger.convert(conversion({ atMs: NOW - days * DAY, clue: visitor(who) }));
    }
    await ledger.convert(conversion());
    const range = { from: dateAt(NOW - 2 * DAY), to: dateAt(NOW) };
    const { conversions, ...report } = await ledger.conversionReport(range);
    expect(conversions).toEqual([
      { linkId: 2, conversions: 2 },
      { linkId: 1, conversions: 1 },
    ]);
    expect(report).toEqual(await ledger.workspaceReport(range));
    expect((await ledger.workspaceReport(week)).period).toBe(2);
  });

  it("lists converted links past the 500 that a day counts clicks by", async ({ expect }) => {
    const ledger = await tracking();
    const clicks = Array.from({ length: 600 }, (_, n) => ({ linkId: n + 1, atMs: NOW - HOUR }));
    const first = await clicked(ledger, ...clicks);
    for (let n = 0; n < 600; n++) {
      await ledger.convert(conversion({ clue: { kind: "click", clickId: first + n } }));
    }
    expect((await ledger.conversionReport(week)).conversions).toHaveLength(600);
  });

  it("reads one row per day, and writes four per conversion", async ({ expect }) => {
    const stub = await tracking();
    for (let days = 40; days >= 0; days--) {
      const click = await clicked(stub, { atMs: NOW - days * DAY - HOUR, ...ADA });
      for (let n = 0; n < 20; n++) {
        const clue = { kind: "click", clickId: click } as const;
        await stub.convert(conversion({ atMs: NOW - days * DAY, clue }));
      }
    }
    const usage = await runInDurableObject(stub, (ledger: Ledger) => ({ ...ledger.sql.usage }));
    await stub.convert(conversion({ orderId: "A", clue: visitor(ADA) }));
    await stub.convert(conversion({ orderId: "A", clue: visitor(ADA) }));
    await runInDurableObject(stub, ({ sql }: Ledger) => {
      // The conversion, its two index entries, and the workspace's day.
      expect(sql.usage.rowsWritten - usage.rowsWritten).toBe(4);
    });
    await evictDurableObject(stub);
    await runInDurableObject(stub, (ledger: Ledger) => {
      const before = ledger.sql.usage.rowsRead;
      const month = { from: dateAt(NOW - 29 * DAY), to: dateAt(NOW) };
      const { conversions } = ledger.conversionReport(month);
      expect(conversions).toEqual([{ linkId: 1, conversions: 30 * 20 + 1 }]);
      expect(ledger.sql.usage.rowsRead - before).toBe(30);
    });
  });

  it("counts nothing for a conversion that fails midway", async ({ expect }) => {
    const stub = await tracking();
    await clicked(stub, { atMs: NOW - HOUR, ...ADA });
    await runInDurableObject(stub, async (ledger: Ledger) => {
      const order = conversion({ orderId: "A", clue: visitor(ADA) });
      ledger.sql.run(
        "CREATE TRIGGER broken BEFORE UPDATE ON state BEGIN SELECT RAISE(ABORT, 'broken'); END",
      );
      await expect(ledger.convert(order)).rejects.toThrow("broken");
      expect(ledger.conversionReport(week).conversions).toEqual([]);
      ledger.sql.run("DROP TRIGGER broken");
      expect(await ledger.convert(order)).toMatchObject({ kind: "tracked", conversionId: 1 });
      expect(ledger.conversionReport(week).conversions).toEqual([{ linkId: 1, conversions: 1 }]);
    });
  });

  const step = fc.oneof(
    {
      weight: 10,
      arbitrary: fc.record({
        do: fc.constant("convert" as const),
        click: fc.integer({ min: 0, max: 6 }),
        daysAgo: fc.integer({ min: 0, max: 8 }),
        orderId: fc.constantFrom("a", "b", "c", null, null),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("click" as const), daysAgo: fc.nat(8) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant("purge" as const),
        linkId: fc.integer({ min: 1, max: 4 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const) }) },
  );

  it(
    "equals a recount of the conversions after any history of repeats and purges",
    { timeout: 60_000 },
    async ({ expect }) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
          const ledger = await tracking();
          await clicked(
            ledger,
            ...[1, 2, 3, 1, 2].map((linkId) => ({ linkId, atMs: NOW - 9 * DAY, ...ADA })),
          );
          for (const one of steps) {
            if (one.do === "restart") await evictDurableObject(ledger);
            else if (one.do === "purge") await ledger.purgeLink(one.linkId, NOW - 9 * DAY);
            else if (one.do === "click") await clicked(ledger, { atMs: NOW - one.daysAgo * DAY });
            else {
              const clue = { kind: "click", clickId: one.click } as const;
              const atMs = NOW - one.daysAgo * DAY;
              await ledger.convert(conversion({ atMs, clue, orderId: one.orderId }));
            }
          }
          const kept = (await ledger.exportConversions(null)).conversions;
          const recount = new Map<number, number>();
          for (const { atMs, linkId } of kept) {
            if (linkId === null || dateAt(atMs) < week.from) continue;
            recount.set(linkId, (recount.get(linkId) ?? 0) + 1);
          }
          const { conversions } = await ledger.conversionReport(week);
          expect(new Map(conversions.map((one) => [one.linkId, one.conversions]))).toEqual(recount);
        }),
        { seed: 6, numRuns: 40 },
      );
    },
  );
});
