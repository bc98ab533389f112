/**
 * Remembers the thresholds that links cross until webhooks have been told of them. Written with the
 * count itself, so that none is lost and none is told twice; a click that crosses none costs nothing.
 */

import type { MeteredSql } from "../platform/metered-sql.ts";
import type { Crossing } from "./contract.ts";
import { dropMark, readMark, writeMark } from "./marks.ts";

interface Row extends Record<string, SqlStorageValue> {
  readonly link: number;
  readonly clicks: number;
  readonly at_ms: number;
}

/** Returns the thresholds to look for: those given, which are remembered, or else the last given. */
export function keepThresholds(
  sql: MeteredSql,
  given: readonly number[] | null,
  known: ReadonlySet<number> | null,
): ReadonlySet<number> {
  if (given !== null && known?.size === given.length && given.every((n) => known.has(n))) {
    return known;
  }
  const kept = known ?? new Set(JSON.parse(readMark(sql, "thresholds") ?? "[]") as number[]);
  if (given === null) return kept;
  if (given.length === 0) dropMark(sql, "thresholds");
  else writeMark(sql, "thresholds", JSON.stringify(given));
  return new Set(given);
}

export function noteCrossing(
  sql: MeteredSql,
  batchId: string,
  { linkId, clicks, atMs }: Crossing,
): void {
  sql.run(
    "INSERT INTO crossings (batch_id, link, clicks, at_ms) VALUES (?, ?, ?, ?)",
    batchId,
    linkId,
    clicks,
    atMs,
  );
}

/** Returns what a batch has crossed and webhooks have not been told of. */
export function crossingsOf(sql: MeteredSql, batchId: string): Crossing[] {
  return sql
    .run<Row>("SELECT link, clicks, at_ms FROM crossings WHERE batch_id = ?", batchId)
    .map(({ link, clicks, at_ms: atMs }) => ({ linkId: link, clicks, atMs }));
}

/** Settles what webhooks have been told of, or what nobody listens to. */
export function settleCrossings(sql: MeteredSql, batchIds: readonly string[]): void {
  if (batchIds.length === 0) return;
  sql.run(
    "DELETE FROM crossings WHERE batch_id IN (SELECT value FROM json_each(?))",
    JSON.stringify(batchIds),
  );
}

/** Forgets what a deleted link has crossed. */
export function forgetCrossings(sql: MeteredSql, linkId: number): void {
  sql.run("DELETE FROM crossings WHERE link = ?", linkId);
}
