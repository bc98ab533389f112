/** Limits the rows that clicks write and reports read, since rows are billed. */

import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";

import type { LedgerClick } from "../../src/ledger/contract.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { freshLedger } from "./fresh-ledger.ts";
import { batch, click, DAY, dateAt, hashOf, NOON } from "./sample-clicks.ts";

interface Load {
  readonly batchSize: number;
  readonly batches: number;
  readonly linkOf: (n: number) => number;
  readonly clickOf?: (n: number) => Partial<LedgerClick>;
}

/** Ingests batches, one per call, and returns the rows written per click. */
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
        return click({ linkId: linkOf(n), atMs: NOON + n, ...visitor, ...clickOf?.(n) });
      });
      await ledger.ingest([batch(clicks)]);
    }
    return (ledger.sql.usage.rowsWritten - before) / (batchSize * batches);
  });
}

/** Spreads clicks over a thousand links without a pattern, but reproducibly. */
function oneOfThousand(n: number): number {
  return (Number.parseInt(hashOf(n).slice(0, 8), 16) % 1_000) + 1;
}

describe("rows written for a click", () => {
  it("a click writes at most 1.0 rows in batches of 5 on one hot link", async ({ expect }) => {
    const rows = await rowsPerClick({ batchSize: 5, batches: 200, linkOf: () => 1 });
    expect(rows).toBeLessThanOrEqual(1);
    expect(rows).toBe(0.6);
  });

  it("a click writes at most 2.5 rows in batches of 5 over a thousand links", async ({
    expect,
  }) => {
    const load = { batchSize: 5, batches: 200, linkOf: oneOfThousand };
    expect(await rowsPerClick(load)).toBeLessThanOrEqual(1.4);
  });

  it("a click served by a rule writes no more rows than any other", async ({ expect }) => {
    const clickOf = (n: number) => ({ rule: `rule-${n % 3}` });
    const load = { batchSize: 5, batches: 200, linkOf: oneOfThousand };
    expect(await rowsPerClick({ ...load, clickOf })).toBe(await rowsPerClick(load));
    const hot = { batchSize: 5, batches: 20, linkOf: () => 1, clickOf };
    expect(await rowsPerClick(hot)).toBe(0.6);
  });

  it("a click writes at most 1.0 rows in batches of 500 over a thousand links", async ({
    expect,
  }) => {
    const load = { batchSize: 500, batches: 10, linkOf: oneOfThousand };
    expect(await rowsPerClick(load)).toBeLessThanOrEqual(0.9);
  });

  it("a repeated batch writes no rows", async ({ expect }) => {
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
  const LINK = 1;
  const MONTH = { from: dateAt(NOON - 29 * DAY), to: dateAt(NOON) };

  /** Returns a Ledger that has just woken up, with 41 days of clicks by rules and variants. */
  async function afterSixWeeks(): Promise<DurableObjectStub<Ledger>> {
    const stub = freshLedger();
    for (let day = 40; day >= 0; day--) {
      const atMs = NOON - day * DAY;
      const clicks = Array.from({ length: 60 }, (_, n) =>
        click({
          atMs,
          linkId: (n % 5) + 1,
          referrer: `site${n}.example`,
          addressHash: hashOf(n),
          rule: `rule-${n % 11}`,
          variant: n % 2 === 0 ? `variant-${n % 3}` : null,
        }),
      );
      await stub.ingest([batch(clicks)]);
    }
    await evictDurableObject(stub);
    return stub;
  }

  async function rowsRead(
    stub: DurableObjectStub<Ledger>,
    report: (ledger: Ledger) => unknown,
  ): Promise<number> {
    return runInDurableObject(stub, (ledger: Ledger) => {
      const before = ledger.sql.usage.rowsRead;
      report(ledger);
      return ledger.sql.usage.rowsRead - before;
    });
  }

  for (const [of, report] of [
    ["a link", (ledger: Ledger) => ledger.linkReport(LINK, MONTH)],
    ["a link's rules and variants", (ledger: Ledger) => ledger.detailedLinkReport(LINK, MONTH)],
    ["a workspace", (ledger: Ledger) => ledger.workspaceReport(MONTH)],
  ] as const) {
    it(`are one per day for ${of}, regardless of the clicks`, async ({ expect }) => {
      expect(await rowsRead(await afterSixWeeks(), report)).toBe(30);
    });
  }

  it("a link's clicks of all time by variant are read from one row", async ({ expect }) => {
    const report = (ledger: Ledger) => ledger.variantClicks(LINK);
    expect(await rowsRead(await afterSixWeeks(), report)).toBe(1);
  });

  it("a report on a past range reads no rows after the range", async ({ expect }) => {
    const week = { from: dateAt(NOON - 19 * DAY), to: dateAt(NOON - 13 * DAY) };
    const report = (ledger: Ledger) => ledger.linkReport(LINK, week);
    // A row for each of the seven days, and the link's own, which has its totals.
    expect(await rowsRead(await afterSixWeeks(), report)).toBe(8);
  });
});
