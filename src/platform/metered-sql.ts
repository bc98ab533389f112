/** The SQLite of a Durable Object with a meter: rows read and written are what Cloudflare bills. */

export interface Usage {
  rowsRead: number;
  rowsWritten: number;
}

export interface MeteredSql {
  /** Runs one statement and returns all of its rows. */
  run<Row extends Record<string, SqlStorageValue>>(
    statement: string,
    ...bindings: SqlStorageValue[]
  ): Row[];
  /** Runs one statement and yields its rows one at a time, for results too large for memory. */
  each<Row extends Record<string, SqlStorageValue>>(
    statement: string,
    ...bindings: SqlStorageValue[]
  ): Iterable<Row>;
  readonly usage: Usage;
}

export function meteredSql(sql: SqlStorage): MeteredSql {
  const usage: Usage = { rowsRead: 0, rowsWritten: 0 };

  function* each<Row extends Record<string, SqlStorageValue>>(
    statement: string,
    ...bindings: SqlStorageValue[]
  ): Generator<Row> {
    const cursor = sql.exec<Row>(statement, ...bindings);
    try {
      yield* cursor;
    } finally {
      usage.rowsRead += cursor.rowsRead;
      usage.rowsWritten += cursor.rowsWritten;
    }
  }

  return {
    usage,
    each,
    run<Row extends Record<string, SqlStorageValue>>(
      statement: string,
      ...bindings: SqlStorageValue[]
    ): Row[] {
      return [...each<Row>(statement, ...bindings)];
    },
  };
}
