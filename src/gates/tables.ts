/** The tables of a LinkGate. Nothing is ever removed, because older code runs after a rollback. */

import type { MeteredSql } from "../platform/metered-sql.ts";

const TABLES = `
  -- One row, from the first limited click on.
  CREATE TABLE IF NOT EXISTS click_limit (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL,
    since INTEGER NOT NULL,
    max INTEGER NOT NULL,
    used INTEGER NOT NULL,
    settles_at_ms INTEGER
  );

  -- Visitors who tried the password recently, by a keyed hash.
  CREATE TABLE IF NOT EXISTS password_tries (
    visitor TEXT PRIMARY KEY,
    tries INTEGER NOT NULL,
    not_before_ms INTEGER NOT NULL,
    has_turn INTEGER NOT NULL,
    last_at_ms INTEGER NOT NULL
  ) WITHOUT ROWID;

  -- One row: the allowances of tries that all visitors share.
  CREATE TABLE IF NOT EXISTS allowance (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    spent_until_ms INTEGER NOT NULL,
    burst_until_ms INTEGER NOT NULL
  );

  -- One row, once the count has begun again with the link's counts in the Ledger.
  CREATE TABLE IF NOT EXISTS restarted (id INTEGER PRIMARY KEY CHECK (id = 1), at_ms INTEGER NOT NULL);

  -- One row, once the link is purged.
  CREATE TABLE IF NOT EXISTS forgotten (id INTEGER PRIMARY KEY CHECK (id = 1));
`;

/** Creates the tables that are missing. */
export function makeTables(sql: MeteredSql): void {
  sql.run(TABLES);
}

export function isForgotten(sql: MeteredSql): boolean {
  return sql.run("SELECT 1 FROM forgotten").length > 0;
}

/** Returns when the count last began again, or 0. */
export function restartedAtMs(sql: MeteredSql): number {
  return sql.run<{ at_ms: number }>("SELECT at_ms FROM restarted")[0]?.at_ms ?? 0;
}

export function markRestarted(sql: MeteredSql, atMs: number): void {
  sql.run(
    `INSERT INTO restarted (id, at_ms) VALUES (1, ?)
     ON CONFLICT (id) DO UPDATE SET at_ms = excluded.at_ms`,
    atMs,
  );
}

/** Deletes all data and marks the link as purged; the caller provides the transaction. */
export function markForgotten(sql: MeteredSql): void {
  sql.run("DELETE FROM click_limit");
  sql.run("DELETE FROM password_tries");
  sql.run("DELETE FROM allowance");
  sql.run("DELETE FROM restarted");
  sql.run("INSERT INTO forgotten (id) VALUES (1) ON CONFLICT DO NOTHING");
}
