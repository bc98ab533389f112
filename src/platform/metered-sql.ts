/** SQLite of a Durable Object, with a meter: rows are what it bills. */

export interface Usage {
  rowsRead: number;
  rowsWritten: number;
}

export interface MeteredSql {
  /** Runs one statement and gives all of its rows. */
  run<Row extends Record<string, SqlStorageValue>>(
    statement: string,
    ...bindings: SqlStorageValue[]
  ): Row[];
  /** Runs one statement and gives its rows one at a time, for those too many to hold at once. */
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
