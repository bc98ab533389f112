import { runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";

import { listConversions } from "../../../src/ledger/conversions/conversions.ts";
import type { Ledger } from "../../../src/ledger/ledger.ts";
import { conversion, NOW, tracking } from "../sample-conversions.ts";

const ALL = { goalId: null, linkId: null, fromMs: 0, toMs: Infinity, beforeId: null, max: 100 };

describe("a list of conversions", () => {
  it("reads a bounded slice of ids for a page, and finds all by following it", async ({
    expect,
  }) => {
    await runInDurableObject(await tracking(), async (ledger: Ledger) => {
      for (let n = 1; n <= 95; n++) {
        await ledger.convert(conversion({ goalId: n % 30 === 1 ? 7 : 8, atMs: NOW + n }));
      }
      const found: number[] = [];
      let beforeId: number | null = null;
      let pages = 0;
      do {
        const before = ledger.sql.usage.rowsRead;
        const page = listConversions(ledger.sql, { ...ALL, goalId: 7, beforeId }, 20);
        expect(ledger.sql.usage.rowsRead - before).toBeLessThan(30);
        found.push(...page.conversions.map(({ id }) => id));
        beforeId = page.next;
        pages += 1;
      } while (beforeId !== null);
      expect([found, pages]).toEqual([[91, 61, 31, 1], 5]);
    });
  });

  it("ends where everything is older than what is asked for", async ({ expect }) => {
    await runInDurableObject(await tracking(), async (ledger: Ledger) => {
      for (let n = 1; n <= 50; n++) {
        await ledger.convert(conversion({ atMs: NOW + n * 3_600_000 }));
      }
      const fromMs = NOW + 45 * 3_600_000;
      const page = listConversions(ledger.sql, { ...ALL, fromMs }, 10);
      expect(page.conversions.map(({ id }) => id)).toEqual([50, 49, 48, 47, 46, 45]);
      expect(page.next).toBeNull();
    });
  });
});
