/** Stores the visitors who tried a link's password, up to a limit, and the allowance they share. */

import type { MeteredSql } from "../platform/metered-sql.ts";
import type { Allowance, AttemptState, VisitorTries } from "./attempts.ts";

export interface AttemptStore {
  load(visitorKey: string): AttemptState;
  /** Writes what differs between the two states; deletes a visitor that is null in `after`. */
  save(visitorKey: string, before: AttemptState, after: AttemptState): void;
  /**
   * Deletes visitors last seen before `sinceMs`. Returns the earliest `lastAtMs` of the others, or
   * null when none are left.
   */
  prune(sinceMs: number): number | null;
}

interface Row extends Record<string, SqlStorageValue> {
  tries: number;
  not_before_ms: number;
  has_turn: number;
  last_at_ms: number;
}

/**
 * About 10 MB, and more than the number of /64s in a /48. A visitor who is dropped starts anew and
 * loses their turn, but still spends the link's allowance.
 */
const VISITORS_MAX = 100_000;
/** Trimming reads every row, so it makes room for many new visitors at once. */
const KEPT_SHARE = 0.9;

export function attemptStore(sql: MeteredSql, visitorsMax = VISITORS_MAX): AttemptStore {
  /** An upper bound of the number of rows, because a write may replace a row. */
  let rowsAtMost = countVisitors(sql);

  return {
    load(visitorKey) {
      return { visitor: loadVisitor(sql, visitorKey), allowance: loadAllowance(sql) };
    },

    save(visitorKey, before, { visitor, allowance }) {
      if (allowance !== before.allowance) saveAllowance(sql, allowance);
      if (visitor === before.visitor) return;
      if (visitor === null) return dropVisitor(sql, visitorKey);
      saveVisitor(sql, visitorKey, visitor);
      rowsAtMost += 1;
      if (rowsAtMost <= visitorsMax) return;
      trimVisitors(sql, Math.floor(visitorsMax * KEPT_SHARE));
      rowsAtMost = countVisitors(sql);
    },

    prune(sinceMs) {
      sql.run("DELETE FROM password_tries WHERE last_at_ms < ?", sinceMs);
      rowsAtMost = countVisitors(sql);
      const [row] = sql.run<{ at_ms: number | null }>(
        "SELECT min(last_at_ms) AS at_ms FROM password_tries",
      );
      return row?.at_ms ?? null;
    },
  };
}

function loadVisitor(sql: MeteredSql, visitorKey: string): VisitorTries | null {
  const [row] = sql.run<Row>("SELECT * FROM password_tries WHERE visitor = ?", visitorKey);
  if (row === undefined) return null;
  return {
    tries: row.tries,
    notBeforeMs: row.not_before_ms,
    hasTurn: row.has_turn === 1,
    lastAtMs: row.last_at_ms,
  };
}

function saveVisitor(
  sql: MeteredSql,
  visitorKey: string,
  { tries, notBeforeMs, hasTurn, lastAtMs }: VisitorTries,
): void {
  sql.run(
    `INSERT INTO password_tries (visitor, tries, not_before_ms, has_turn, last_at_ms) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (visitor) DO UPDATE SET
       tries = excluded.tries, not_before_ms = excluded.not_before_ms,
       has_turn = excluded.has_turn, last_at_ms = excluded.last_at_ms`,
    visitorKey,
    tries,
    notBeforeMs,
    hasTurn ? 1 : 0,
    lastAtMs,
  );
}

function dropVisitor(sql: MeteredSql, visitorKey: string): void {
  sql.run("DELETE FROM password_tries WHERE visitor = ?", visitorKey);
}

function loadAllowance(sql: MeteredSql): Allowance {
  const [row] = sql.run<{ spent_until_ms: number; burst_until_ms: number }>(
    "SELECT spent_until_ms, burst_until_ms FROM allowance",
  );
  return { spentUntilMs: row?.spent_until_ms ?? 0, burstUntilMs: row?.burst_until_ms ?? 0 };
}

function saveAllowance(sql: MeteredSql, { spentUntilMs, burstUntilMs }: Allowance): void {
  sql.run(
    `INSERT INTO allowance (id, spent_until_ms, burst_until_ms) VALUES (1, ?, ?)
     ON CONFLICT (id) DO UPDATE SET
       spent_until_ms = excluded.spent_until_ms, burst_until_ms = excluded.burst_until_ms`,
    spentUntilMs,
    burstUntilMs,
  );
}

function countVisitors(sql: MeteredSql): number {
  const [row] = sql.run<{ n: number }>("SELECT count(*) AS n FROM password_tries");
  return row?.n ?? 0;
}

/** Deletes the visitors seen longest ago, so that `kept` of them remain. */
function trimVisitors(sql: MeteredSql, kept: number): void {
  sql.run(
    `DELETE FROM password_tries WHERE visitor IN
       (SELECT visitor FROM password_tries ORDER BY last_at_ms DESC LIMIT -1 OFFSET ?)`,
    kept,
  );
}
