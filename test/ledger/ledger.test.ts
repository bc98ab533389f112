/** Tests the Ledger: counting, reports, purges and closing. */

import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import type { LedgerClick } from "../../src/ledger/contract.ts";
import { stateStore } from "../../src/ledger/counts/state-store.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { purgeCounts, purgeSlice } from "../../src/ledger/log/purge.ts";
import { ledgerFor } from "../../src/ledger/stub.ts";
import { freshLedger, freshLedgerId } from "./fresh-ledger.ts";
import { batch, click, DAY, dateAt, hashOf, NOON } from "./sample-clicks.ts";

const HOUR = 3_600_000;
const TODAY = { from: dateAt(NOON), to: dateAt(NOON) };
const YESTERDAY = { from: dateAt(NOON - DAY), to: dateAt(NOON - DAY) };

describe("ingest", () => {
  it("assigns consecutive click ids, and the same ones to a repeated batch", async ({ expect }) => {
    const ledger = freshLedger();
    const first = batch([click(), click()]);
    const second = batch([click({ linkId: 2 })]);
    expect(await ledger.ingest([first, second])).toEqual([
      { id: first.id, firstClickId: 1, repeated: false, refused: false },
      { id: second.id, firstClickId: 3, repeated: false, refused: false },
    ]);
    expect(await ledger.ingest([second, first])).toEqual([
      { id: second.id, firstClickId: 3, repeated: true, refused: false },
      { id: first.id, firstClickId: 1, repeated: true, refused: false },
    ]);
  });

  it("closes the day when a newer one begins, and counts delayed clicks", async ({ expect }) => {
    const ledger = freshLedger();
    await ledger.ingest([batch([click({ atMs: NOON - DAY })])]);
    await ledger.ingest([batch([click({ atMs: NOON, addressHash: hashOf(1) })])]);
    await ledger.ingest([batch([click({ atMs: NOON - DAY + 1, addressHash: hashOf(2) })])]);
    await ledger.ingest([batch([click({ atMs: NOON - 9 * DAY, addressHash: hashOf(3) })])]);
    expect(await ledger.linkReport(1, YESTERDAY)).toMatchObject({ total: 4, period: 2, unique: 2 });
    expect(await ledger.linkReport(1, TODAY)).toMatchObject({ total: 4, period: 1, unique: 1 });
    const wide = { from: dateAt(NOON - 9 * DAY), to: dateAt(NOON) };
    const { days } = await ledger.workspaceReport(wide);
    expect(days.map(({ clicks }) => clicks)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 2, 1]);
    expect((await ledger.linkState(1)).lastClickAtMs).toBe(NOON);
  });

  it("changes nothing in storage or in memory when it fails midway", async ({ expect }) => {
    await runInDurableObject(freshLedger(), async (ledger: Ledger) => {
      await ledger.ingest([batch([click()])]);
      const before = [ledger.linkReport(1, TODAY), ledger.workspaceReport(TODAY), ledger.totals()];
      const broken = { ...batch([click()]), clicks: [click(), null as unknown as LedgerClick] };
      await expect(ledger.ingest([batch([click()]), broken])).rejects.toThrow();
      const after = [ledger.linkReport(1, TODAY), ledger.workspaceReport(TODAY), ledger.totals()];
      expect(after).toEqual(before);
      const [next] = await ledger.ingest([batch([click()])]);
      expect(next?.firstClickId).toBe(2);
      expect(ledger.linkReport(1, TODAY).total).toBe(2);
    });
  });

  it("loses nothing when the object restarts before a batch is redelivered", async ({ expect }) => {
    const ledger = freshLedger();
    const once = batch([click(), click({ class: "bot" })], { lost: 3 });
    await ledger.ingest([once]);
    await evictDurableObject(ledger);
    const [again] = await ledger.ingest([once]);
    expect(again).toMatchObject({ firstClickId: 1, repeated: true });
    expect((await ledger.workspaceReport(TODAY)).classes).toEqual({ human: 1, bot: 1, lost: 3 });
  });

  it("neither loses nor doubles clicks when it is killed during many calls", async ({ expect }) => {
    const id = freshLedgerId();
    const batches = Array.from({ length: 40 }, () => batch([click(), click({ linkId: 2 })]));
    const unsure = batches.map((one) =>
      ledgerFor(env, id)
        .ingest([one])
        .catch(() => null),
    );
    const killed = runInDurableObject(ledgerFor(env, id), (_, state) => state.abort("killed"));
    await Promise.allSettled([killed, ...unsure]);
    const ledger = ledgerFor(env, id);
    for (const one of batches) await ledger.ingest([one]);
    expect((await ledger.totals()).clicks).toBe(80);
    const { clicks } = await ledger.exportLog(null);
    expect(new Set(clicks.map((one) => one.id)).size).toBe(80);
    expect(Math.max(...clicks.map((one) => one.id))).toBe(80);
  });

  it("works on the schema of a later version", async ({ expect }) => {
    const ledger = freshLedger();
    await ledger.ingest([batch([click()])]);
    await runInDurableObject(ledger, (_, { storage }) => {
      storage.sql.exec("ALTER TABLE state ADD COLUMN mood TEXT");
      storage.sql.exec("ALTER TABLE batches ADD COLUMN mood TEXT");
      storage.sql.exec("CREATE TABLE moods (mood TEXT)");
      storage.sql.exec("INSERT INTO schema (version) VALUES (99)");
    });
    await evictDurableObject(ledger);
    await ledger.ingest([batch([click()])]);
    expect((await ledger.linkReport(1, TODAY)).total).toBe(2);
  });

  it("counts no bots in any breakdown", async ({ expect }) => {
    const ledger = freshLedger();
    const bot = click({ class: "bot", country: "US", referrer: "bot.example", scan: true });
    await ledger.ingest([batch([click(), bot, click({ class: "head" })])]);
    expect(await ledger.linkReport(1, TODAY)).toMatchObject({
      period: 1,
      unique: 1,
      scans: 0,
      classes: { human: 1, bot: 1, head: 1 },
      countries: [{ value: "UA", clicks: 1 }],
      referrers: [{ value: "example.com", clicks: 1 }],
    });
  });

  it("counts the click of a visitor who opted out, but not the visitor", async ({ expect }) => {
    const ledger = freshLedger();
    const unseen = click({ addressHash: null, agentHash: null, city: null });
    await ledger.ingest([batch([unseen, unseen])]);
    expect(await ledger.linkReport(1, TODAY)).toMatchObject({ period: 2, unique: 0, cities: [] });
  });

  it("keeps at most 500 values per day, regardless of the referrers sent", async ({ expect }) => {
    const ledger = freshLedger();
    const hostile = Array.from({ length: 2_000 }, (_, n) => click({ referrer: `h${n}.example` }));
    const junk = ["<script>", "a".repeat(101), "two words.example", "x..y", "-a.example"];
    const odd = junk.map((referrer) => click({ referrer }));
    const fine = ["[2001:db8::1]", "127.0.0.1", "xn--e1afmkfd.xn--p1ai", "localhost"];
    await ledger.ingest([batch(fine.map((referrer) => click({ referrer })))]);
    await ledger.ingest([batch(odd), batch(hostile)]);
    const { referrers, period } = await ledger.linkReport(1, TODAY);
    expect(period).toBe(2_009);
    expect(referrers).toHaveLength(501);
    expect(referrers.at(-1)).toEqual({ value: "(other)", clicks: 2_009 - 500 });
    expect(referrers.filter(({ value }) => fine.includes(value))).toHaveLength(4);
    expect(referrers.reduce((sum, { clicks }) => sum + clicks, 0)).toBe(period);
  });

  it("truncates long values, and distinguishes two cities with the same name", async ({
    expect,
  }) => {
    const ledger = freshLedger();
    const long = "й".repeat(99) + "😀";
    await ledger.ingest([
      batch([
        click({ city: "Paris", country: "FR" }),
        click({ city: "Paris", country: "US" }),
        click({ city: long, country: "FR" }),
        click({ country: "not a country" }),
      ]),
    ]);
    const { cities, countries } = await ledger.linkReport(1, TODAY);
    expect(cities).toContainEqual({ value: "Paris", country: "FR", clicks: 1 });
    expect(cities).toContainEqual({ value: "Paris", country: "US", clicks: 1 });
    expect(cities).toContainEqual({ value: "й".repeat(99), country: "FR", clicks: 1 });
    expect(countries).toContainEqual({ value: "", clicks: 1 });
  });
});

describe("reports", () => {
  it("a report has the clicks, visitors and referrers of each rule and variant", async ({
    expect,
  }) => {
    const ledger = freshLedger();
    await ledger.ingest([
      batch([
        click({ rule: "r1", atMs: NOON - DAY }),
        click({ rule: "r1", referrer: null }),
        click({ rule: "r1", addressHash: hashOf(9) }),
        click({ variant: "(other)/1", referrer: null }),
      ]),
    ]);
    const range = { from: YESTERDAY.from, to: TODAY.to };
    const { rules, variants, ...report } = await ledger.detailedLinkReport(1, range);
    expect(report).toEqual(await ledger.linkReport(1, range));
    expect(rules).toEqual([
      {
        id: "r1",
        clicks: 3,
        unique: 2,
        referrers: [
          { value: "example.com", clicks: 2 },
          { value: "", clicks: 1 },
        ],
      },
    ]);
    expect(variants).toEqual([
      { id: "(other)/1", clicks: 1, unique: 1, referrers: [{ value: "", clicks: 1 }] },
    ]);
  });

  it("the report of a link without clicks is empty but has every day", async ({ expect }) => {
    const report = await freshLedger().linkReport(7, { from: "2024-02-28", to: "2024-03-01" });
    expect(report).toMatchObject({ total: 0, period: 0, unique: 0, countries: [] });
    expect(report.days.map(({ date }) => date)).toEqual(["2024-02-28", "2024-02-29", "2024-03-01"]);
  });

  it("a report refuses an invalid range", async ({ expect }) => {
    await runInDurableObject(freshLedger(), (ledger: Ledger) => {
      for (const range of [
        { from: "2024-03-02", to: "2024-03-01" },
        { from: "soon", to: "2024-03-01" },
        { from: "1900-01-01", to: "2024-03-01" },
      ]) {
        expect(() => ledger.linkReport(1, range)).toThrow(RangeError);
      }
    });
  });

  it("a link's last 20 clicks are kept, newest first, with their ids", async ({ expect }) => {
    const ledger = freshLedger();
    const sent = batch(Array.from({ length: 30 }, (_, n) => click({ atMs: NOON + n })));
    await ledger.ingest([sent]);
    const { clicks, recent } = await ledger.linkState(1);
    expect(clicks).toBe(30);
    expect(recent.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, n) => 30 - n));
    const { token: _, ...logged } = click({ atMs: NOON + 29 });
    expect(recent[0]).toEqual({ ...logged, id: 30, eventId: `${sent.id}-29` });
  });

  it("totals list exactly the 50 most clicked links, even after purges", async ({ expect }) => {
    const ledger = freshLedger();
    const clicksOf = new Map(Array.from({ length: 70 }, (_, n) => [n + 1, (n * 37) % 71]));
    const all = [...clicksOf].flatMap(([linkId, n]) =>
      Array.from({ length: n }, () => click({ linkId })),
    );
    for (let at = 0; at < all.length; at += 200) {
      await ledger.ingest([batch(all.slice(at, at + 200))]);
    }
    const totals = () =>
      [...clicksOf]
        .filter(([, n]) => n > 0)
        .map(([, n]) => n)
        .sort((a, b) => b - a);
    const led = async () => (await ledger.totals()).leaders.map(({ clicks }) => clicks);
    expect(await led()).toEqual(totals().slice(0, 50));
    for (let n = 0; n < 45; n++) {
      const [top] = (await ledger.totals()).leaders;
      if (top === undefined) break;
      clicksOf.delete(top.linkId);
      await ledger.purgeLink(top.linkId, NOON);
      const now = await led();
      expect(now.length).toBeGreaterThanOrEqual(Math.min(10, totals().length));
      expect(now).toEqual(totals().slice(0, now.length));
    }
  });
});

describe("purgeLink", () => {
  it("forgets a link's counts at once and its clicks in the log soon after", async ({ expect }) => {
    const ledger = freshLedger();
    const mixed = batch([click({ linkId: 1 }), click({ linkId: 2 }), click({ linkId: 1 })]);
    await ledger.ingest([batch([click({ atMs: NOON - DAY })]), mixed]);
    await ledger.purgeLink(1, NOON - DAY);
    await ledger.purgeLink(1, NOON - DAY);
    const range = { from: YESTERDAY.from, to: TODAY.to };
    expect(await ledger.linkReport(1, range)).toMatchObject({ total: 0, period: 0, unique: 0 });
    expect(await ledger.workspaceReport(range)).toMatchObject({
      total: 1,
      period: 1,
      links: [{ linkId: 2, clicks: 1 }],
    });
    await runDurableObjectAlarm(ledger);
    const { clicks } = await ledger.exportLog(null);
    expect(clicks.map(({ id, linkId, eventId }) => ({ id, linkId, eventId }))).toEqual([
      { id: 3, linkId: 2, eventId: `${mixed.id}-1` },
    ]);
    await runInDurableObject(ledger, (_, { storage }) => {
      for (const table of ["state", "cells"]) {
        const rows = storage.sql.exec(`SELECT 1 FROM ${table} WHERE scope = 1`).toArray();
        expect(rows).toEqual([]);
      }
      expect(storage.sql.exec("SELECT 1 FROM purging").toArray()).toEqual([]);
    });
  });

  it("counts clicks that arrive afterwards as late, and restores nothing", async ({ expect }) => {
    const ledger = freshLedger();
    await ledger.purgeLink(1, NOON);
    await ledger.ingest([batch([click({ linkId: 1 }), click({ linkId: 2 })])]);
    expect((await ledger.linkReport(1, TODAY)).total).toBe(0);
    expect(await ledger.workspaceReport(TODAY)).toMatchObject({
      period: 1,
      classes: { human: 1, late: 1 },
    });
    expect((await ledger.exportLog(null)).clicks.map(({ linkId }) => linkId)).toEqual([2]);
  });

  it("walks a long log in slices, once for all waiting links", async ({ expect }) => {
    await runInDurableObject(freshLedger(), async (ledger: Ledger) => {
      const batches = Array.from({ length: 50 }, (_, n) =>
        batch([1, 2, 3].map((linkId) => click({ linkId, atMs: NOON + n * HOUR }))),
      );
      await ledger.ingest(batches);
      const states = stateStore(ledger.sql);
      purgeCounts(ledger.sql, states, 1, NOON);
      purgeCounts(ledger.sql, states, 2, NOON + 25 * HOUR);
      let slices = 1;
      while (purgeSlice(ledger.sql, 10)) slices += 1;
      // Five slices of ten, and one that reaches the end.
      expect(slices).toBe(6);
      const { clicks } = ledger.exportLog(null);
      const left = clicks.filter(({ linkId }) => linkId !== 3);
      expect(left).toEqual([]);
      expect(clicks.map(({ id }) => id)).toEqual(batches.map((_, n) => n * 3 + 3));
    });
  });
});

describe("close", () => {
  it("forgets everything and refuses later clicks, even after a restart", async ({ expect }) => {
    const ledger = freshLedger();
    await ledger.ingest([batch([click()])]);
    await ledger.close();
    const refused = { firstClickId: 0, repeated: false, refused: true };
    expect(await ledger.ingest([batch([click()])])).toMatchObject([refused]);
    await evictDurableObject(ledger);
    expect(await ledger.ingest([batch([click()])])).toMatchObject([refused]);
    expect(await ledger.totals()).toEqual({ clicks: 0, leaders: [] });
    expect((await ledger.exportLog(null)).clicks).toEqual([]);
  });
});
