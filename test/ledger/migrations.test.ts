/** Tests the Ledger's migrations. */

import { runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";

import type { Ledger } from "../../src/ledger/ledger.ts";
import { migrate } from "../../src/ledger/migrations.ts";
import { freshLedger } from "./fresh-ledger.ts";
import { batch, click, dateAt, NOON } from "./sample-clicks.ts";

const RANGE = { from: dateAt(NOON), to: dateAt(NOON) };

function tables({ sql }: Ledger): string[] {
  return sql
    .run<{ sql: string }>(
      "SELECT sql FROM sqlite_schema WHERE name NOT LIKE '\\_cf%' ESCAPE '\\' ORDER BY name",
    )
    .map((row) => row.sql);
}

describe("migrate", () => {
  it("changes nothing the second time", async ({ expect }) => {
    await runInDurableObject(freshLedger(), async (ledger: Ledger) => {
      await ledger.ingest([batch([click()])]);
      const before = { tables: tables(ledger), report: ledger.workspaceReport(RANGE) };
      migrate(ledger.sql);
      expect({ tables: tables(ledger), report: ledger.workspaceReport(RANGE) }).toEqual(before);
    });
  });

  it("leaves a newer schema as it is, and this version counts on it", async ({ expect }) => {
    await runInDurableObject(freshLedger(), async (ledger: Ledger) => {
      ledger.sql.run("ALTER TABLE state ADD COLUMN of_tomorrow TEXT");
      ledger.sql.run("ALTER TABLE batches ADD COLUMN of_tomorrow TEXT");
      ledger.sql.run("INSERT INTO schema (version) VALUES (99)");
      const newer = tables(ledger);
      migrate(ledger.sql);
      expect(tables(ledger)).toEqual(newer);
      await ledger.ingest([batch([click()])]);
      expect(ledger.workspaceReport(RANGE)).toMatchObject({ period: 1 });
    });
  });
});
