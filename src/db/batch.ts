/** Batches, D1's unit of atomicity: statements that run all or none, in one round trip. */

import type { BatchItem } from "drizzle-orm/batch";
import { SQLiteRaw } from "drizzle-orm/sqlite-core/query-builders/raw";

import type { Database } from "./database.ts";

export type Statement = BatchItem<"sqlite">;

type Rows<Q extends readonly Statement[]> = { -readonly [K in keyof Q]: Q[K]["_"]["result"] };

/** Runs `before`, the queries and `after` in one batch. Returns the rows of the queries. */
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

/** Prepares raw SQL, since drizzle's batch expects a prepared statement but creates none for it. */
function prepare(db: Database, statement: Statement | undefined): void {
  if (!(statement instanceof SQLiteRaw)) return;
  Object.assign(statement, { stmt: db.$client.prepare(statement.getQuery().sql) });
}

/**
 * Returns statements that must run with a change or not at all, such as storing the result of an
 * idempotency key. Called with the UUIDs of the changed rows; the statements run after the change.
 */
export type Alongside = (uuids: readonly string[]) => readonly Statement[];
