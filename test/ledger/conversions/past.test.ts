/** Tests how long conversions are kept, and what is left of them. */

import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";

import { CONVERSION_DAYS, conversionsSlice } from "../../../src/ledger/conversions/past.ts";
import type { Ledger } from "../../../src/ledger/ledger.ts";
import { freshLedger } from "../fresh-ledger.ts";
import { DAY } from "../sample-clicks.ts";
import { ADA, clicked, conversion, HOUR, NOW, tracking, visitor } from "../sample-conversions.ts";

const LATER_MS = NOW + CONVERSION_DAYS * DAY + 1;

describe("conversions", () => {
  it("are deleted after two years in slices, and their ids are not used again", async ({
    expect,
  }) => {
    const ledger = await tracking();
    for (let n = 0; n < 5; n += 1) await ledger.convert(conversion({ orderId: `old ${n}` }));
    await runInDurableObject(ledger, ({ sql }: Ledger) => {
      expect(conversionsSlice(sql, LATER_MS - 2, 2)).toBe(false);
      expect(conversionsSlice(sql, LATER_MS, 2)).toBe(true);
      expect(conversionsSlice(sql, LATER_MS, 2)).toBe(true);
      expect(conversionsSlice(sql, LATER_MS, 2)).toBe(false);
    });
    const { conversions } = await ledger.exportConversions(null);
    expect(conversions.map(({ orderId }) => orderId)).toEqual(["old 4"]);
    const again = { orderId: "old 0", atMs: LATER_MS };
    expect(await ledger.convert(conversion(again))).toMatchObject({
      kind: "tracked",
      conversionId: 6,
    });
    expect(await ledger.convert(conversion(again))).toMatchObject({ kind: "duplicate" });
  });

  it("stay in reports as counts, which a purge of their link takes away", async ({ expect }) => {
    const ledger = await tracking();
    await clicked(ledger, { linkId: 7, atMs: NOW - HOUR, ...ADA });
    for (let n = 0; n < 3; n += 1) await ledger.convert(conversion({ clue: visitor(ADA) }));
    const past = () =>
      runInDurableObject(ledger, ({ sql }: Ledger) =>
        sql.run<{ link: number; n: number }>("SELECT link, n FROM past_conversions"),
      );
    const counted = () =>
      runInDurableObject(ledger, ({ sql }: Ledger) =>
        JSON.stringify([
          ...sql.run("SELECT * FROM state WHERE scope = 0"),
          ...sql.run("SELECT * FROM cells WHERE scope = 0"),
        ]),
      );
    const before = await counted();
    await runInDurableObject(ledger, ({ sql }: Ledger) => conversionsSlice(sql, LATER_MS));
    expect(await past()).toEqual([{ link: 7, n: 2 }]);
    expect(await counted()).toBe(before);
    await ledger.purgeLink(7, NOW - DAY);
    expect(await past()).toEqual([]);
    expect(await counted()).not.toBe(before);
  });

  it("keep the daily alarm that deletes them", async ({ expect }) => {
    const ledger = freshLedger();
    await ledger.convert(conversion());
    expect(await runDurableObjectAlarm(ledger)).toBe(true);
    await runInDurableObject(ledger, async (_ledger, state) => {
      expect(await state.storage.getAlarm()).not.toBeNull();
    });
  });

  it("go with their workspace", async ({ expect }) => {
    const ledger = await tracking();
    await ledger.convert(conversion({ orderId: "order" }));
    await ledger.close();
    expect((await ledger.exportConversions(null)).conversions).toEqual([]);
  });
});
