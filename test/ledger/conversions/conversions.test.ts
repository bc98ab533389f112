/** Tests how the Ledger counts and attributes conversions. */

import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import type { NewConversion } from "../../../src/ledger/conversions/contract.ts";
import type { Ledger } from "../../../src/ledger/ledger.ts";
import { ledgerFor } from "../../../src/ledger/stub.ts";
import { freshLedger, freshLedgerId } from "../fresh-ledger.ts";
import { batch, click, DAY, hashOf } from "../sample-clicks.ts";
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

function rowsIn(ledger: DurableObjectStub<Ledger>, table: string): Promise<number> {
  return runInDurableObject(ledger, ({ sql }: Ledger) => sql.run(`SELECT 1 FROM ${table}`).length);
}

describe("convert", () => {
  it("attributes a conversion to the visitor's last click", async ({ expect }) => {
    const ledger = await tracking();
    await clicked(ledger, { linkId: 7, atMs: NOW - 3 * HOUR, ...ADA });
    await clicked(ledger, { linkId: 9, atMs: NOW - 2.5 * HOUR, variant: "b", ...ADA });
    await clicked(ledger, { linkId: 8, atMs: NOW - HOUR, ...BOB });
    expect(await ledger.convert(conversion({ clue: visitor(ADA) }))).toEqual({
      kind: "tracked",
      conversionId: 1,
      attribution: {
        linkId: 9,
        clickId: 2,
        variant: "b",
        clickedAtMs: NOW - 2.5 * HOUR,
        msToConvert: 2.5 * HOUR,
        click: expect.objectContaining({ id: 2, linkId: 9, country: "UA" }),
      },
    });
  });

  it("attributes a conversion to the click whose id or token it states", async ({ expect }) => {
    const ledger = await tracking();
    await clicked(ledger, { linkId: 1, ...ADA }, { linkId: 2, ...BOB });
    const third = await clicked(ledger, { linkId: 3, token: "tok-en_1", ...ADA });
    const attributed = async (clue: NewConversion["clue"]) => {
      const converted = await ledger.convert(conversion({ clue }));
      return converted.kind === "tracked" ? converted.attribution : null;
    };
    expect(await attributed({ kind: "click", clickId: 2 })).toMatchObject({ linkId: 2 });
    expect(await attributed({ kind: "click", clickId: third })).toMatchObject({ linkId: 3 });
    expect(await attributed({ kind: "token", token: "tok-en_1" })).toMatchObject({
      linkId: 3,
      clickId: third,
    });
    expect(await attributed({ kind: "token", token: "another" })).toBeNull();
    for (const clickId of [0, 4, 1_000_000]) {
      expect(await attributed({ kind: "click", clickId })).toBeNull();
    }
  });

  it("attributes only within the window, which a workspace can change", async ({ expect }) => {
    const ledger = await tracking();
    const id = await clicked(ledger, { atMs: NOW - 40 * DAY, token: "old", ...ADA });
    const clues = [
      visitor(ADA),
      { kind: "click", clickId: id },
      { kind: "token", token: "old" },
    ] as const;
    for (const clue of clues) {
      expect(await ledger.convert(conversion({ clue }))).toMatchObject({ attribution: null });
    }
    await ledger.attributeWithin(60);
    for (const clue of clues) {
      expect(await ledger.convert(conversion({ clue }))).toMatchObject({
        attribution: { linkId: 1 },
      });
    }
    await ledger.attributeWithin(null);
    await runDurableObjectAlarm(ledger);
    expect(await rowsIn(ledger, "last_clicks")).toBe(0);
    expect(await rowsIn(ledger, "click_tokens")).toBe(0);
    expect(await rowsIn(ledger, "click_batches")).toBe(0);
  });

  it("attributes nothing to bots, and to visitors who opted out only by a click's id", async ({
    expect,
  }) => {
    const ledger = await tracking();
    const bot = await clicked(ledger, { class: "bot", ...ADA });
    const hidden = await clicked(ledger, { addressHash: null, agentHash: null });
    const attribution = async (clue: NewConversion["clue"]) => ledger.convert(conversion({ clue }));
    expect(await attribution(visitor(ADA))).toMatchObject({ attribution: null });
    expect(await attribution({ kind: "click", clickId: bot })).toMatchObject({ attribution: null });
    expect(await attribution({ kind: "none" })).toMatchObject({ attribution: null });
    expect(await attribution({ kind: "click", clickId: hidden })).toMatchObject({
      attribution: { clickId: hidden },
    });
  });

  it("attributes to the visitor's latest click even if an earlier one arrives after it", async ({
    expect,
  }) => {
    const ledger = await tracking();
    await clicked(ledger, { linkId: 2, atMs: NOW - HOUR, ...ADA });
    await clicked(ledger, { linkId: 1, atMs: NOW - 2 * HOUR, ...ADA });
    expect(await ledger.convert(conversion({ clue: visitor(ADA) }))).toMatchObject({
      attribution: { linkId: 2 },
    });
  });

  it("counts an order once per goal, even when it arrives 50 times at once", async ({ expect }) => {
    const ledger = await tracking();
    const order = conversion({ orderId: "ORDER-12345" });
    const answers = await Promise.all(Array.from({ length: 50 }, () => ledger.convert(order)));
    const kinds = answers.map(({ kind }) => kind).sort((a, b) => a.localeCompare(b));
    expect(kinds).toEqual([...Array<string>(49).fill("duplicate"), "tracked"]);
    expect(await ledger.convert({ ...order, goalId: 2 })).toMatchObject({ kind: "tracked" });
    expect(await ledger.convert(order)).toEqual({ kind: "duplicate", conversionId: 1 });
    expect(await rowsIn(ledger, "conversions")).toBe(2);
  });

  it("counts every conversion without an order", async ({ expect }) => {
    const ledger = await tracking();
    await ledger.convert(conversion());
    expect(await ledger.convert(conversion())).toMatchObject({ conversionId: 2 });
  });

  it("remembers orders, clicks and visitors across a restart", async ({ expect }) => {
    const id = freshLedgerId();
    await ledgerFor(env, id).trackVisitors(true);
    await clicked(ledgerFor(env, id), { linkId: 5, ...ADA });
    const order = conversion({ orderId: "A", clue: visitor(ADA) });
    await ledgerFor(env, id).convert(order);
    await runInDurableObject(ledgerFor(env, id), (_, state) => state.abort("killed")).catch(
      () => null,
    );
    const ledger = ledgerFor(env, id);
    expect(await ledger.convert(order)).toEqual({ kind: "duplicate", conversionId: 1 });
    await clicked(ledger, { linkId: 6, ...BOB });
    for (const [who, linkId] of [
      [ADA, 5],
      [BOB, 6],
    ] as const) {
      expect(await ledger.convert(conversion({ clue: visitor(who) }))).toMatchObject({
        attribution: { linkId },
      });
    }
  });

  it("counts every order exactly once when the object is killed midway", async ({ expect }) => {
    const id = freshLedgerId();
    await ledgerFor(env, id).trackVisitors(true);
    const orders = Array.from({ length: 60 }, (_, n) => conversion({ orderId: String(n % 20) }));
    const unsure = orders.map((order) =>
      ledgerFor(env, id)
        .convert(order)
        .then(({ kind }) => kind)
        .catch(() => "failed"),
    );
    const killed = runInDurableObject(ledgerFor(env, id), (_, state) => state.abort("killed"));
    await Promise.allSettled([killed, ...unsure]);
    const ledger = ledgerFor(env, id);
    for (const order of orders) await ledger.convert(order);
    const { conversions } = await ledger.exportConversions(null);
    expect(new Set(conversions.map(({ orderId }) => orderId)).size).toBe(20);
    expect(conversions.map((one) => one.id)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
  });

  it("refuses conversions once the workspace is deleted", async ({ expect }) => {
    const ledger = await tracking();
    await ledger.close();
    expect(await ledger.convert(conversion())).toEqual({ kind: "closed" });
    await ledger.trackVisitors(true);
    expect((await ledger.exportConversions(null)).conversions).toEqual([]);
  });
});

describe("purgeLink", () => {
  it("removes a link from its conversions, and forgets its visitors", async ({ expect }) => {
    const ledger = await tracking();
    const id = await clicked(ledger, { linkId: 1, token: "one", ...ADA }, { linkId: 2, ...BOB });
    await ledger.convert(conversion({ orderId: "A", clue: visitor(ADA) }));
    await ledger.convert(conversion({ orderId: "B", clue: visitor(BOB) }));
    await ledger.purgeLink(1, NOW - 30 * DAY);
    for (const clue of [
      visitor(ADA),
      { kind: "click", clickId: id },
      { kind: "token", token: "one" },
    ] as const) {
      expect(await ledger.convert(conversion({ clue }))).toMatchObject({ attribution: null });
    }
    const { conversions } = await ledger.exportConversions(null);
    expect(conversions.slice(0, 2)).toMatchObject([
      { orderId: "A", linkId: null, clickId: null, clickedAtMs: null },
      { orderId: "B", linkId: 2, clickId: id + 1 },
    ]);
    await runDurableObjectAlarm(ledger);
    expect(await rowsIn(ledger, "last_clicks")).toBe(1);
    expect(await rowsIn(ledger, "click_tokens")).toBe(0);
  });
});

describe("trackVisitors", () => {
  it("finds clicks from before a goal by id, but not by visitor", async ({ expect }) => {
    const ledger = freshLedger();
    const id = await clicked(ledger, { linkId: 4, ...ADA });
    await ledger.trackVisitors(true);
    expect(await ledger.convert(conversion({ clue: visitor(ADA) }))).toMatchObject({
      attribution: null,
    });
    const clue = { kind: "click", clickId: id } as const;
    expect(await ledger.convert(conversion({ clue }))).toMatchObject({
      attribution: { linkId: 4 },
    });
  });

  it("indexes many clicks from before a goal slice by slice in alarms", async ({ expect }) => {
    const ledger = freshLedger();
    const old = Array.from({ length: 4_500 }, (_, n) => batch([click({ atMs: NOW - n * 1_000 })]));
    for (let from = 0; from < old.length; from += 500) {
      await ledger.ingest(old.slice(from, from + 500));
    }
    await ledger.trackVisitors(true);
    expect(await rowsIn(ledger, "click_batches")).toBe(2_000);
    while ((await rowsIn(ledger, "click_batches")) < 4_500) {
      expect(await runDurableObjectAlarm(ledger)).toBe(true);
    }
    const clue = { kind: "click", clickId: 4_500 } as const;
    expect(await ledger.convert(conversion({ clue }))).toMatchObject({
      attribution: { clickedAtMs: NOW - 4_499_000 },
    });
  });

  it("keeps stored clicks while goals are paused, and adds none", async ({ expect }) => {
    const ledger = await tracking();
    await clicked(ledger, { linkId: 1, ...ADA });
    await ledger.trackVisitors(false);
    await clicked(ledger, { linkId: 2, ...BOB });
    expect(await rowsIn(ledger, "last_clicks")).toBe(1);
    await ledger.trackVisitors(true);
    expect(await ledger.convert(conversion({ clue: visitor(ADA) }))).toMatchObject({
      attribution: { linkId: 1 },
    });
  });

  it("prunes a table of any size slice by slice, as long as rows are left", async ({ expect }) => {
    const ledger = await tracking();
    const clicks = Array.from({ length: 4_100 }, (_, n) =>
      click({
        atMs: n % 2 === 0 ? NOW : NOW - 31 * DAY,
        addressHash: hashOf(n),
        agentHash: hashOf(n + 1),
      }),
    );
    await ledger.ingest([batch(clicks)]);
    for (let alarms = 0; alarms < 3; alarms++) await runDurableObjectAlarm(ledger);
    expect(await rowsIn(ledger, "last_clicks")).toBe(2_050);
    expect(await runDurableObjectAlarm(ledger)).toBe(true);
  });
});

describe("rows written for a click", () => {
  it("a click writes no further rows while no goal is active", async ({ expect }) => {
    expect(await rowsOfTenBatches(false)).toBe(0.6);
  });

  it("with an active goal, clicks write one more row per visitor and one more per batch", async ({
    expect,
  }) => {
    expect(await rowsOfTenBatches(true)).toBe(0.6 + 1 + 0.2);
  });

  async function rowsOfTenBatches(tracks: boolean): Promise<number> {
    return runInDurableObject(freshLedger(), async (ledger: Ledger) => {
      await ledger.trackVisitors(tracks);
      await ledger.ingest([batch([click()])]);
      const before = ledger.sql.usage.rowsWritten;
      for (let n = 0; n < 50; n += 5) {
        const clicks = [0, 1, 2, 3, 4].map((k) => click({ addressHash: hashOf(n + k) }));
        await ledger.ingest([batch(clicks)]);
      }
      return (ledger.sql.usage.rowsWritten - before) / 50;
    });
  }
});
