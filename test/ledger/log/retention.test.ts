/** Tests the retention of the click log, and its export. */

import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";

import { stateStore, type StateStore } from "../../../src/ledger/counts/state-store.ts";
import { ingestBatches } from "../../../src/ledger/ingest.ts";
import type { Ledger } from "../../../src/ledger/ledger.ts";
import { logPage } from "../../../src/ledger/log/log-export.ts";
import { logsSinceMs, retentionSlice } from "../../../src/ledger/log/retention.ts";
import { freshLedger } from "../fresh-ledger.ts";
import { batch, click, DAY, NOON } from "../sample-clicks.ts";

/** One batch per day, from 59 days ago to today. */
const SIXTY_DAYS = Array.from({ length: 60 }, (_, n) =>
  batch([click({ atMs: NOON - (59 - n) * DAY })]),
);

function finish(slice: () => boolean): number {
  let slices = 1;
  while (slice()) slices += 1;
  return slices;
}

/** Runs a test in a Ledger whose log holds the 60 days. */
async function withLog(test: (ledger: Ledger, states: StateStore) => void): Promise<void> {
  await runInDurableObject(freshLedger(), async (ledger: Ledger) => {
    await ledger.ingest(SIXTY_DAYS);
    test(ledger, stateStore(ledger.sql));
  });
}

function rows(ledger: Ledger): { guards: number; clicks: number } {
  const guards = ledger.sql.run("SELECT 1 FROM batches").length;
  return { guards, clicks: logPage(ledger.sql, null).clicks.length };
}

describe("retention", () => {
  it("drops guards together with clicks if clicks are kept longer", async ({ expect }) => {
    await withLog((ledger, states) => {
      const retention = { nowMs: NOON, clickDays: 40, oversized: false };
      expect(finish(() => retentionSlice(ledger.sql, states, retention, 7))).toBe(3);
      expect(rows(ledger)).toEqual({ guards: 41, clicks: 41 });
    });
  });

  it("keeps guards for 30 days if clicks are kept for less", async ({ expect }) => {
    await withLog((ledger, states) => {
      const retention = { nowMs: NOON, clickDays: 10, oversized: false };
      finish(() => retentionSlice(ledger.sql, states, retention, 7));
      expect(rows(ledger)).toEqual({ guards: 31, clicks: 11 });
      const tomorrow = { ...retention, nowMs: NOON + DAY };
      expect(finish(() => retentionSlice(ledger.sql, states, tomorrow, 7))).toBe(1);
      expect(rows(ledger)).toEqual({ guards: 30, clicks: 10 });
    });
  });

  it("drops the last clicks of a link even if it gets no new ones", async ({ expect }) => {
    await withLog((ledger, states) => {
      const stored = () => states.load(1)?.recent.length;
      expect(stored()).toBe(20);
      finish(() =>
        retentionSlice(ledger.sql, states, { nowMs: NOON, clickDays: 5, oversized: false }),
      );
      expect(stored()).toBe(6);
    });
  });

  it("shortens the log, oldest first, but never the counts when space runs out", async ({
    expect,
  }) => {
    await withLog((ledger, states) => {
      retentionSlice(ledger.sql, states, { nowMs: NOON, clickDays: 395, oversized: true }, 20);
      expect(rows(ledger)).toEqual({ guards: 60, clicks: 40 });
      expect(ledger.totals().clicks).toBe(60);
    });
  });

  it("logs no clicks with a retention of 0, and still counts each batch once", async ({
    expect,
  }) => {
    await runInDurableObject(freshLedger(), (ledger: Ledger) => {
      const states = stateStore(ledger.sql);
      const settings = { logsSinceMs: logsSinceMs(0, NOON) };
      const once = batch([click()]);
      const [first] = ingestBatches(ledger.sql, states, [once], settings);
      const [second] = ingestBatches(ledger.sql, states, [once], settings);
      expect([first?.repeated, second?.repeated]).toEqual([false, true]);
      expect(rows(ledger)).toEqual({ guards: 1, clicks: 0 });
      expect(ledger.linkState(1)).toMatchObject({ clicks: 1, recent: [] });
    });
  });

  it("runs in an alarm, which is set again while there is a log", async ({ expect }) => {
    const ledger = freshLedger();
    await ledger.ingest([batch([click({ atMs: NOON - 400 * DAY })]), batch([click()])]);
    expect(await runDurableObjectAlarm(ledger)).toBe(true);
    expect((await ledger.exportLog(null)).clicks).toHaveLength(1);
    expect((await ledger.totals()).clicks).toBe(2);
    expect(await runDurableObjectAlarm(ledger)).toBe(true);
  });
});

describe("exportLog", () => {
  it("returns every click once, in order of time", async ({ expect }) => {
    await withLog((ledger) => {
      const seen: number[] = [];
      let cursor: string | null = null;
      do {
        const page = logPage(ledger.sql, cursor, 7);
        seen.push(...page.clicks.map(({ id }) => id));
        cursor = page.next;
      } while (cursor !== null);
      expect(seen).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
    });
  });
});
