/** D1's unit of atomicity: statements that happen together or not at all, in one round trip. */

import type { BatchItem } from "drizzle-orm/batch";
import { SQLiteRaw } from "drizzle-orm/sqlite-core/query-builders/raw";

import type { Database } from "./database.ts";

export type Statement = BatchItem<"sqlite">;

type Rows<Q extends readonly Statement[]> = { -readonly [K in keyof Q]: Q[K]["_"]["result"] };

/** Runs `before`, the queries and `after` in one batch; gives the queries' rows. */
export async function batchAround<const Q extends readonly [Statement, ...Statement[]]>(
  db: Database,
  before: readonly Statement[],
  queries: Q,
  after: readonly Statement[] = [],
): Promise<Rows<Q>> {
  const [first, ...rest] = [...before, ...queries, ...after];
  for (const statement of [first, ...rest]) prepare(db, statement);
  const results: readonly unknown[] = await db.batch([first ?? queries[0], ...rest]);
  return results.slice(before.length, before.length + queries.length) as Rows<Q>;
}

/** drizzle's batch expects a prepared statement on raw SQL that has parameters, and forgets to make one. */
function prepare(db: Database, statement: Statement | undefined): void {
  if (!(statement instanceof SQLiteRaw)) return;
  Object.assign(statement, { stmt: db.$client.prepare(statement.getQuery().sql) });
}

/**
 * Statements that must happen with a change or not at all, such as an idempotency key's result.
 *
 * They are asked for with the UUIDs of the rows concerned, and run after the change.
 */
export type Alongside = (uuids: readonly string[]) => readonly Statement[];
