/**
 * Creates the Ledger's tables in numbered steps. Steps only add, so that older code runs on a newer
 * schema during a rollout and after a rollback; where a step removed something, older code would
 * fail and count nothing.
 */

import type { MeteredSql } from "../platform/metered-sql.ts";

/** @public Compared with those of the last release, by `tools/release-bundle.ts`. */
export const STEPS: readonly string[] = [
  `
  -- The click log, and the guard that makes a batch count once. data is null after its retention.
  CREATE TABLE batches (
    batch_id TEXT PRIMARY KEY,
    first_id INTEGER NOT NULL,
    n INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    data TEXT
  ) WITHOUT ROWID;

  -- One row per link, and scope 0 for the workspace, with the counts of the open day. For a link,
  -- variants has its clicks of all time by variant, parts the visitors of its rules and variants.
  CREATE TABLE state (
    scope INTEGER PRIMARY KEY,
    total INTEGER NOT NULL,
    classes TEXT NOT NULL,
    variants TEXT,
    last_at_ms INTEGER,
    recent TEXT,
    day INTEGER,
    cell TEXT,
    sketch BLOB,
    parts BLOB,
    next_id INTEGER,
    leaders TEXT
  );

  -- Days that are over, all older than the open day of their scope.
  CREATE TABLE cells (
    scope INTEGER NOT NULL,
    day INTEGER NOT NULL,
    cell TEXT NOT NULL,
    sketch BLOB NOT NULL,
    parts BLOB,
    PRIMARY KEY (scope, day)
  ) WITHOUT ROWID;

  -- Purged links, whose delayed clicks must not be counted for them.
  CREATE TABLE purged (link INTEGER PRIMARY KEY);

  -- Purged links whose clicks may still be in the log, in batches after cursor.
  CREATE TABLE purging (link INTEGER PRIMARY KEY, cursor TEXT NOT NULL);

  -- Single values by name (marks.ts).
  CREATE TABLE marks (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

  -- Webhook deliveries: one row per event and endpoint. A running attempt holds a lease.
  CREATE TABLE deliveries (
    webhook TEXT NOT NULL,
    event_id TEXT NOT NULL,
    event TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    link INTEGER,
    body TEXT NOT NULL,
    status TEXT NOT NULL,
    tries INTEGER NOT NULL,
    attempts TEXT NOT NULL,
    due_at_ms INTEGER,
    lease_until_ms INTEGER,
    PRIMARY KEY (webhook, event_id)
  ) WITHOUT ROWID;

  -- Finds what is to be queued next.
  CREATE INDEX deliveries_pending ON deliveries (webhook, due_at_ms) WHERE status = 'pending';

  -- The deliveries that are in the queue, and how long the queue is trusted with each.
  CREATE TABLE queued (
    webhook TEXT NOT NULL,
    event_id TEXT NOT NULL,
    until_ms INTEGER NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (webhook, event_id)
  ) WITHOUT ROWID;

  -- Finds failed deliveries, to list and to restart them.
  CREATE INDEX deliveries_failed ON deliveries (webhook, event_id) WHERE status = 'failed';

  -- Finds what a purge deletes: deliveries of clicks, and of conversions with their click.
  CREATE INDEX deliveries_clicks ON deliveries (link) WHERE event = 'link.clicked';
  CREATE INDEX deliveries_conversions ON deliveries (link) WHERE event = 'conversion.tracked';

  -- Each visitor's last click while a goal is active, for the attribution window.
  CREATE TABLE last_clicks (
    visitor TEXT PRIMARY KEY,
    click INTEGER NOT NULL,
    link INTEGER NOT NULL,
    variant TEXT,
    at_ms INTEGER NOT NULL
  ) WITHOUT ROWID;

  -- Clicks by the token that was appended to the destination.
  CREATE TABLE click_tokens (
    token TEXT PRIMARY KEY,
    click INTEGER NOT NULL,
    link INTEGER NOT NULL,
    variant TEXT,
    at_ms INTEGER NOT NULL
  ) WITHOUT ROWID;

  -- The batch of a click id: the log is in order of time, which click ids follow only roughly.
  CREATE TABLE click_batches (first_id INTEGER PRIMARY KEY, batch_id TEXT NOT NULL);

  -- value is in minor units. The last row is never deleted, so that no id is reused.
  CREATE TABLE conversions (
    id INTEGER PRIMARY KEY,
    goal INTEGER NOT NULL,
    order_id TEXT,
    at_ms INTEGER NOT NULL,
    value INTEGER NOT NULL,
    currency TEXT NOT NULL,
    link INTEGER,
    click INTEGER,
    clicked_at_ms INTEGER,
    variant TEXT
  );

  -- Makes an order count once per goal.
  CREATE UNIQUE INDEX conversions_orders ON conversions (goal, order_id) WHERE order_id IS NOT NULL;

  -- How many conversions a link had on a day, of those that are deleted after two years.
  CREATE TABLE past_conversions (
    link INTEGER NOT NULL,
    day INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (link, day)
  ) WITHOUT ROWID;

  -- Conversions that webhooks have not been told of, and when an alarm brings them up.
  CREATE TABLE untold (conversion INTEGER PRIMARY KEY, due_at_ms INTEGER NOT NULL);

  -- Finds what a purge changes.
  CREATE INDEX conversions_of_link ON conversions (link) WHERE link IS NOT NULL;
  `,
  `
  -- When a link's counts last began again: older clicks that still arrive are late.
  ALTER TABLE state ADD COLUMN reset_at_ms INTEGER;

  -- Only clicks before this time are taken out of the log; null for all of a purged link.
  ALTER TABLE purging ADD COLUMN before_ms INTEGER;
  `,
  `
  -- When a conversion was refunded. One that was deleted is an empty row with goal 0, for its id.
  ALTER TABLE conversions ADD COLUMN refunded_at_ms INTEGER;
  `,
  `
  -- The thresholds that links have crossed and that webhooks have not been told of, by the batch
  -- that crossed them.
  CREATE TABLE crossings (
    batch_id TEXT NOT NULL,
    link INTEGER NOT NULL,
    clicks INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (batch_id, link, clicks)
  ) WITHOUT ROWID;
  `,
];

/** Brings the schema up to date; a newer schema stays as it is. */
export function migrate(sql: MeteredSql): void {
  sql.run("CREATE TABLE IF NOT EXISTS schema (version INTEGER PRIMARY KEY)");
  const [row] = sql.run<{ version: number | null }>("SELECT max(version) AS version FROM schema");
  for (const [index, step] of STEPS.entries()) {
    if (index < (row?.version ?? 0)) continue;
    sql.run(step);
    sql.run("INSERT INTO schema (version) VALUES (?)", index + 1);
  }
}
