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
  readonly usage: Usage;
}

export function meteredSql(sql: SqlStorage): MeteredSql {
  const usage: Usage = { rowsRead: 0, rowsWritten: 0 };
  return {
    usage,
    run<Row extends Record<string, SqlStorageValue>>(
      statement: string,
      ...bindings: SqlStorageValue[]
    ): Row[] {
      const cursor = sql.exec<Row>(statement, ...bindings);
      const rows = cursor.toArray();
      usage.rowsRead += cursor.rowsRead;
      usage.rowsWritten += cursor.rowsWritten;
      return rows;
    },
  };
}
