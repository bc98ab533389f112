/**
 * The Ledger's tables, by numbered steps. They add, so that older code runs on a newer schema during
 * a roll-out and after a roll-back; what a step takes away, older code fails on and counts nowhere.
 */

import type { MeteredSql } from "../platform/metered-sql.ts";
import { carryConversions, carryParts, carryVariants } from "./carry-over.ts";

/** SQL, or what SQL cannot do. */
type Step = string | ((sql: MeteredSql) => void);

const STEPS: readonly Step[] = [
  `
  -- The click log and the guard that counts a batch once. data is null once its time is over.
  CREATE TABLE batches (
    batch_id TEXT PRIMARY KEY,
    first_id INTEGER NOT NULL,
    n INTEGER NOT NULL,
    at INTEGER NOT NULL,
    data TEXT
  ) WITHOUT ROWID;

  -- One row a link, and scope 0 for the workspace, with the counts of its open day.
  CREATE TABLE state (
    scope INTEGER PRIMARY KEY,
    total INTEGER NOT NULL,
    classes TEXT NOT NULL,
    last_at INTEGER,
    recent TEXT,
    day INTEGER,
    cell TEXT,
    sketch BLOB,
    next_id INTEGER,
    leaders TEXT
  );

  -- Days that are over. No row is as new as its scope's open day.
  CREATE TABLE cells (
    scope INTEGER NOT NULL,
    day INTEGER NOT NULL,
    cell TEXT NOT NULL,
    sketch BLOB NOT NULL,
    PRIMARY KEY (scope, day)
  ) WITHOUT ROWID;

  -- Visitors of one rule ("r:<id>") or variant ("v:<id>") on one day, open or over.
  CREATE TABLE part_sketches (
    scope INTEGER NOT NULL,
    day INTEGER NOT NULL,
    part TEXT NOT NULL,
    sketch BLOB NOT NULL,
    PRIMARY KEY (scope, day, part)
  ) WITHOUT ROWID;

  -- Links whose clicks must not come back.
  CREATE TABLE purged (link INTEGER PRIMARY KEY);

  -- Purged links whose clicks are still in the log from the batch after cursor on.
  CREATE TABLE purging (link INTEGER PRIMARY KEY, cursor TEXT NOT NULL);

  -- Single facts: closed (the workspace is deleted), trimmed (the last batch whose data is gone).
  CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  `,
  `
  -- Webhook deliveries: one row an event and endpoint. lease is set while an attempt is being made.
  CREATE TABLE deliveries (
    webhook INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    event TEXT NOT NULL,
    at INTEGER NOT NULL,
    link INTEGER,
    body TEXT NOT NULL,
    status TEXT NOT NULL,
    tries INTEGER NOT NULL,
    attempts TEXT NOT NULL,
    due INTEGER,
    lease INTEGER,
    PRIMARY KEY (webhook, event_id)
  ) WITHOUT ROWID;

  -- What failed, to be shown and sent again.
  CREATE INDEX deliveries_failed ON deliveries (webhook, event_id) WHERE status = 'failed';

  -- What a purge has to find.
  CREATE INDEX deliveries_clicks ON deliveries (link) WHERE event = 'link.clicked';
  `,
  `
  -- Each visitor's last click while a goal is active, for the attribution window.
  CREATE TABLE visitors (
    visitor TEXT PRIMARY KEY,
    click INTEGER NOT NULL,
    link INTEGER NOT NULL,
    variant TEXT,
    at INTEGER NOT NULL
  ) WITHOUT ROWID;

  -- The clicks whose token went along to the destination.
  CREATE TABLE click_tokens (
    token TEXT PRIMARY KEY,
    click INTEGER NOT NULL,
    link INTEGER NOT NULL,
    variant TEXT,
    at INTEGER NOT NULL
  ) WITHOUT ROWID;

  -- Which batch holds a click: the log itself is in order of time, which click ids are not quite.
  CREATE TABLE click_batches (first_id INTEGER PRIMARY KEY, batch_id TEXT NOT NULL);

  -- Value in minor units. No row is ever deleted, so that no id is used again.
  CREATE TABLE conversions (
    id INTEGER PRIMARY KEY,
    goal INTEGER NOT NULL,
    order_id TEXT,
    at INTEGER NOT NULL,
    value INTEGER NOT NULL,
    currency TEXT NOT NULL,
    link INTEGER,
    click INTEGER,
    clicked_at INTEGER,
    variant TEXT
  );

  -- Counts an order once.
  CREATE UNIQUE INDEX conversions_orders ON conversions (goal, order_id) WHERE order_id IS NOT NULL;

  -- What a report counts.
  CREATE INDEX conversions_attributed ON conversions (at, link) WHERE link IS NOT NULL;

  -- What a purge has to find.
  CREATE INDEX conversions_of_link ON conversions (link) WHERE link IS NOT NULL;
  `,
  `
  -- What a purge has to find besides told clicks: told conversions name the click that led to them.
  CREATE INDEX deliveries_conversions ON deliveries (link) WHERE event = 'conversion.tracked';
  `,
  (sql) => {
    // The visitors of rules and variants are in the row of their link's day: null where it has none.
    sql.run("ALTER TABLE state ADD COLUMN parts BLOB");
    sql.run("ALTER TABLE cells ADD COLUMN parts BLOB");
    carryParts(sql);
    sql.run("DROP TABLE part_sketches");
  },
  (sql) => {
    // Conversions are counted by link in the workspace's day, where reports read them.
    carryConversions(sql);
    sql.run("DROP INDEX conversions_attributed");
  },
  (sql) => {
    // A link's clicks of all time by variant; null where it has none.
    sql.run("ALTER TABLE state ADD COLUMN variants TEXT");
    carryVariants(sql);
  },
];

/** Brings the schema up to date, or to an older version; a newer one is left as it is. */
export function migrate(sql: MeteredSql, version = STEPS.length): void {
  sql.run("CREATE TABLE IF NOT EXISTS schema (version INTEGER PRIMARY KEY)");
  const [row] = sql.run<{ version: number | null }>("SELECT max(version) AS version FROM schema");
  for (const [index, step] of STEPS.slice(0, version).entries()) {
    if (index < (row?.version ?? 0)) continue;
    if (typeof step === "string") sql.run(step);
    else step(sql);
    sql.run("INSERT INTO schema (version) VALUES (?)", index + 1);
  }
}
