/** Reads through today's code what an older version of the Ledger has stored. */

import { runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";

import type { LedgerClick } from "../../src/ledger/contract.ts";
import { eachPart, storedParts } from "../../src/ledger/counts/part-sketches.ts";
import { encodeSketch } from "../../src/ledger/counts/sketch.ts";
import { stateStore, WORKSPACE } from "../../src/ledger/counts/state-store.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { migrate } from "../../src/ledger/migrations.ts";
import {
  conversionReportOf,
  detailedReportOf,
  reportOf,
  variantClicksOf,
} from "../../src/ledger/reports.ts";
import { freshLedger } from "./fresh-ledger.ts";
import { batch, click, DAY, dateAt, hashOf, NOON } from "./sample-clicks.ts";

/** The version before the visitors of rules and variants moved into their link's day. */
const PARTS_APART = 4;

const RANGE = { from: dateAt(NOON - 9 * DAY), to: dateAt(NOON) };
const LINKS = [1, 2, 3];

/** Ten days of clicks on three links; the first is served by rules, the second by variants. */
function tenDays(): LedgerClick[] {
  return Array.from({ length: 300 }, (_, n) => {
    const linkId = (n % 3) + 1;
    return click({
      linkId,
      at: NOON - (n % 10) * DAY,
      rule: linkId === 1 ? `rule-${n % 4}` : null,
      variant: linkId === 2 ? `variant-${n % 2}` : null,
      addressHash: hashOf(n % 37),
    });
  });
}

interface StoredDay extends Record<string, SqlStorageValue> {
  readonly scope: number;
  readonly day: number;
  readonly parts: ArrayBuffer;
}

/** Puts the tables back into the form that they had in that version. */
function takeBack({ sql }: Ledger): void {
  const days = sql.run<StoredDay>(
    `SELECT scope, day, parts FROM cells WHERE parts IS NOT NULL
     UNION ALL SELECT scope, day, parts FROM state WHERE parts IS NOT NULL`,
  );
  sql.run("ALTER TABLE cells DROP COLUMN parts");
  sql.run("ALTER TABLE state DROP COLUMN parts");
  sql.run("ALTER TABLE state DROP COLUMN variants");
  sql.run(
    `CREATE TABLE part_sketches (scope INTEGER NOT NULL, day INTEGER NOT NULL, part TEXT NOT NULL,
       sketch BLOB NOT NULL, PRIMARY KEY (scope, day, part)) WITHOUT ROWID`,
  );
  for (const { scope, day, parts } of days) {
    for (const [part, sketch] of eachPart(storedParts(parts))) {
      const bytes = encodeSketch(sketch).buffer;
      sql.run("INSERT INTO part_sketches VALUES (?, ?, ?, ?)", scope, day, part, bytes);
    }
  }
  sql.run("CREATE INDEX conversions_attributed ON conversions (at, link) WHERE link IS NOT NULL");
  sql.run("DELETE FROM schema WHERE version > ?", PARTS_APART);
}

function reports({ sql }: Ledger) {
  const states = stateStore(sql);
  return LINKS.map((linkId) => ({
    ...detailedReportOf(sql, states, linkId, RANGE),
    variantClicks: variantClicksOf(states, linkId),
  }));
}

function tables({ sql }: Ledger): string[] {
  return sql
    .run<{ sql: string }>(
      "SELECT sql FROM sqlite_schema WHERE name NOT LIKE '\\_cf%' ESCAPE '\\' ORDER BY name",
    )
    .map((row) => row.sql);
}

describe("migrate", () => {
  it("carries a Ledger of before over, which then says the same", async ({ expect }) => {
    await runInDurableObject(freshLedger(), async (ledger: Ledger) => {
      await ledger.ingest([batch(tenDays())]);
      const before = reports(ledger);
      takeBack(ledger);
      migrate(ledger.sql);
      expect(reports(ledger)).toEqual(before);
      expect(before.map(({ rules }) => rules.length)).toEqual([4, 0, 0]);
      expect(before.map(({ variants }) => variants.length)).toEqual([0, 2, 0]);
      expect(before[1]?.variantClicks.map(({ clicks }) => clicks)).toEqual([50, 50]);
    });
  });

  it("puts the visitors of rules that their day does not name together", async ({ expect }) => {
    await runInDurableObject(freshLedger(), async (ledger: Ledger) => {
      const ruleOf = (n: number) => (n < 500 ? `rule-${n}` : `late-${n % 3}`);
      const clicks = Array.from({ length: 512 }, (_, n) =>
        click({ rule: ruleOf(n), addressHash: hashOf(n % 510) }),
      );
      await ledger.ingest([batch(clicks)]);
      takeBack(ledger);
      const [other] = ledger.sql.run<{ sketch: ArrayBuffer; scope: number; day: number }>(
        "DELETE FROM part_sketches WHERE part = 'r:(other)' RETURNING *",
      );
      if (other === undefined) throw new Error("No rule was left over.");
      // It kept each of them by itself, however many there were.
      for (const part of ["r:late-0", "r:late-1", "r:late-2"]) {
        const { scope, day, sketch } = other;
        ledger.sql.run("INSERT INTO part_sketches VALUES (?, ?, ?, ?)", scope, day, part, sketch);
      }
      migrate(ledger.sql);
      const { rules } = detailedReportOf(ledger.sql, stateStore(ledger.sql), 1, RANGE);
      expect(rules).toHaveLength(501);
      expect(rules.at(-1)).toMatchObject({ id: "(other)", clicks: 12, unique: 12 });
    });
  });

  it("counts the conversions of before in their days, also where no click came", async ({
    expect,
  }) => {
    await runInDurableObject(freshLedger(), async (ledger: Ledger) => {
      await ledger.ingest([batch([click({ at: NOON - 3 * DAY }), click()])]);
      const clicks = ledger.workspaceReport(RANGE);
      takeBack(ledger);
      const daysAgo = [9, 3, 2, 2, 0, 0, 0, -1];
      for (const [n, days] of daysAgo.entries()) {
        ledger.sql.run(
          `INSERT INTO conversions (goal, at, value, currency, link) VALUES (1, ?, 0, 'EUR', ?)`,
          NOON - days * DAY,
          // One of them was never put down to a link.
          n === 3 ? null : (n % 2) + 1,
        );
      }
      migrate(ledger.sql);
      const states = stateStore(ledger.sql);
      const reported = (from: number, to: number) => {
        const range = { from: dateAt(NOON - from * DAY), to: dateAt(NOON - to * DAY) };
        return conversionReportOf(ledger.sql, states, range).conversions;
      };
      expect(reported(9, -1)).toEqual([
        { linkId: 1, conversions: 4 },
        { linkId: 2, conversions: 3 },
      ]);
      expect(reported(3, 1)).toEqual([
        { linkId: 1, conversions: 1 },
        { linkId: 2, conversions: 1 },
      ]);
      expect(reported(-1, -1)).toEqual([{ linkId: 2, conversions: 1 }]);
      expect(reportOf(ledger.sql, states, WORKSPACE, RANGE)).toEqual(clicks);
    });
  });

  it("brings every version to the same tables", async ({ expect }) => {
    const fresh = await runInDurableObject(freshLedger(), tables);
    for (const version of [1, 2, 3, PARTS_APART, 5, 6]) {
      await runInDurableObject(freshLedger(), async (ledger: Ledger, { storage }) => {
        await storage.deleteAll();
        migrate(ledger.sql, version);
        expect(tables(ledger)).not.toEqual(fresh);
        migrate(ledger.sql);
        expect(tables(ledger)).toEqual(fresh);
      });
    }
  });
});
