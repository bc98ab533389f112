/** What a click costs: rows written are billed, so they are counted here. */
import { runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";

import type { LedgerClick } from "../../src/ledger/contract.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { batch, click, DAY, dateAt, freshLedger, hashOf, NOON } from "./sample-clicks.ts";

interface Load {
  readonly batchSize: number;
  readonly batches: number;
  readonly linkOf: (n: number) => number;
  readonly clickOf?: (n: number) => Partial<LedgerClick>;
}

/** Ingests batches one call each, and tells how many rows a click has written. */
async function rowsPerClick({ batchSize, batches, linkOf, clickOf }: Load): Promise<number> {
  const stub = freshLedger();
  return await runInDurableObject(stub, async (ledger: Ledger) => {
    // The first batch also sets the daily alarm, which is a row of its own.
    await ledger.ingest([batch([click({ linkId: 1_000_000 })])]);
    const before = ledger.sql.usage.rowsWritten;
    for (let b = 0; b < batches; b++) {
      const clicks = Array.from({ length: batchSize }, (_, k) => {
        const n = b * batchSize + k;
        const visitor = { addressHash: hashOf(n), agentHash: hashOf(n % 7) };
        return click({ linkId: linkOf(n), at: NOON + n, ...visitor, ...clickOf?.(n) });
      });
      await ledger.ingest([batch(clicks)]);
    }
    return (ledger.sql.usage.rowsWritten - before) / (batchSize * batches);
  });
}

/** Spreads clicks over a thousand links without a pattern, the same way each time. */
function oneOfThousand(n: number): number {
  return (Number.parseInt(hashOf(n).slice(0, 8), 16) % 1_000) + 1;
}

describe("rows written for a click", () => {
  it("are at most 1.0 in batches of 5 on one hot link", async ({ expect }) => {
    const rows = await rowsPerClick({ batchSize: 5, batches: 200, linkOf: () => 1 });
    expect(rows).toBeLessThanOrEqual(1);
    expect(rows).toBe(0.6);
  });

  it("are at most 2.5 in batches of 5 over a thousand links", async ({ expect }) => {
    const load = { batchSize: 5, batches: 200, linkOf: oneOfThousand };
    expect(await rowsPerClick(load)).toBeLessThanOrEqual(1.4);
  });

  it("are no more where every click was served by a rule", async ({ expect }) => {
    const clickOf = (n: number) => ({ rule: `rule-${n % 3}` });
    const load = { batchSize: 5, batches: 200, linkOf: oneOfThousand };
    expect(await rowsPerClick({ ...load, clickOf })).toBe(await rowsPerClick(load));
    const hot = { batchSize: 5, batches: 20, linkOf: () => 1, clickOf };
    expect(await rowsPerClick(hot)).toBe(0.6);
  });

  it("are at most 1.0 in batches of 500 over a thousand links", async ({ expect }) => {
    const load = { batchSize: 500, batches: 10, linkOf: oneOfThousand };
    expect(await rowsPerClick(load)).toBeLessThanOrEqual(0.9);
  });

  it("are none for a batch that was counted before", async ({ expect }) => {
    const stub = freshLedger();
    await runInDurableObject(stub, async (ledger: Ledger) => {
      const once = batch([click(), click({ linkId: 2 })]);
      await ledger.ingest([once]);
      const before = ledger.sql.usage.rowsWritten;
      await ledger.ingest([once, once]);
      expect(ledger.sql.usage.rowsWritten).toBe(before);
    });
  });
});

describe("rows read for a report", () => {
  it("are at most 40 for 30 days, whatever the clicks", async ({ expect }) => {
    const stub = freshLedger();
    await runInDurableObject(stub, async (ledger: Ledger) => {
      for (let day = 40; day >= 0; day--) {
        const at = NOON - day * DAY;
        const clicks = Array.from({ length: 30 }, (_, n) =>
          click({ at, linkId: (n % 5) + 1, referrer: `site${n}.example`, addressHash: hashOf(n) }),
        );
        await ledger.ingest([batch(clicks)]);
      }
      const range = { from: dateAt(NOON - 29 * DAY), to: dateAt(NOON) };
      for (const report of [
        () => ledger.linkReport(1, range),
        () => ledger.workspaceReport(range),
      ]) {
        const before = ledger.sql.usage.rowsRead;
        expect(report().days).toHaveLength(30);
        expect(ledger.sql.usage.rowsRead - before).toBeLessThanOrEqual(40);
      }
    });
  });
});

describe("rows read for the totals of links", () => {
  it("are one a link, in whatever order they are asked for", async ({ expect }) => {
    const stub = freshLedger();
    await runInDurableObject(stub, async (ledger: Ledger) => {
      const clicked = Array.from({ length: 200 }, (_, n) => 3 * n + 1);
      await ledger.ingest([batch(clicked.map((linkId, n) => click({ linkId, at: NOON + n })))]);
      const before = ledger.sql.usage.rowsRead;
      const asked = [7_000, ...clicked.toReversed()];
      expect(ledger.linkTotals(asked)).toEqual([
        { linkId: 7_000, clicks: 0, lastClickAt: null },
        ...clicked.map((linkId, n) => ({ linkId, clicks: 1, lastClickAt: NOON + n })).toReversed(),
      ]);
      expect(ledger.sql.usage.rowsRead - before).toBe(asked.length);
    });
  });
});
