/**
 * Remembers the conversions that webhooks have not been told of. Written with the conversion itself,
 * so that none is counted and never told; an alarm brings them up again.
 */

import { MINUTE_MS, SECOND_MS } from "../../platform/clock.ts";
import type { MeteredSql } from "../../platform/metered-sql.ts";
import type { UntoldConversion } from "./contract.ts";
import { conversionsOf, findClick } from "./conversions.ts";

/** How long the request that counted a conversion has to tell of it. */
const GRACE_MS = 30 * SECOND_MS;
const AGAIN_MS = MINUTE_MS;
/** The most conversions that are brought up at a time. */
const OWED_MAX = 100;

export interface Owed {
  readonly conversions: readonly number[];
  /** When to ask again; null for never. */
  readonly wakeAtMs: number | null;
}

export function oweTelling(sql: MeteredSql, conversionId: number, nowMs: number): void {
  sql.run(
    "INSERT INTO untold (conversion, due_at_ms) VALUES (?, ?)",
    conversionId,
    nowMs + GRACE_MS,
  );
}

/** Returns what is due to be told, which comes up again after a minute unless it is settled. */
export function takeOwed(sql: MeteredSql, nowMs: number): Owed {
  const due = sql.run<{ conversion: number }>(
    `UPDATE untold SET due_at_ms = ? WHERE conversion IN (
       SELECT conversion FROM untold WHERE due_at_ms <= ? ORDER BY conversion LIMIT ?
     ) RETURNING conversion`,
    nowMs + AGAIN_MS,
    nowMs,
    OWED_MAX,
  );
  const [next] = sql.run<{ at_ms: number | null }>("SELECT min(due_at_ms) AS at_ms FROM untold");
  return { conversions: due.map((row) => row.conversion), wakeAtMs: next?.at_ms ?? null };
}

/** Settles what webhooks have been told of, or what nobody listens to. */
export function settleTellings(sql: MeteredSql, conversionIds: readonly number[]): void {
  if (conversionIds.length === 0) return;
  sql.run(
    "DELETE FROM untold WHERE conversion IN (SELECT value FROM json_each(?))",
    JSON.stringify(conversionIds),
  );
}

/** Returns those of these conversions that are still to be told, each with its click. */
export function untoldConversions(
  sql: MeteredSql,
  conversionIds: readonly number[],
): UntoldConversion[] {
  const owed = sql.run<{ conversion: number }>(
    "SELECT conversion FROM untold WHERE conversion IN (SELECT value FROM json_each(?))",
    JSON.stringify(conversionIds),
  );
  return conversionsOf(
    sql,
    owed.map((row) => row.conversion),
  ).map((conversion) => {
    const { clickId } = conversion;
    return { conversion, click: clickId === null ? null : findClick(sql, clickId) };
  });
}
