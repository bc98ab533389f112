/** Stores the count of a limited link in a single row, so that a click writes only one. */

import type { MeteredSql } from "../platform/metered-sql.ts";
import type { LimitState } from "./click-limit.ts";

interface Row extends Record<string, SqlStorageValue> {
  version: number;
  since: number;
  max: number;
  used: number;
  settles_at_ms: number | null;
}

/** Returns null before the first limited click. */
export function loadLimit(sql: MeteredSql): LimitState | null {
  const [row] = sql.run<Row>("SELECT * FROM click_limit");
  if (row === undefined) return null;
  const { version, since, max, used, settles_at_ms: settlesAtMs } = row;
  return { version, limit: { since, max }, used, settlesAtMs };
}

export function saveLimit(
  sql: MeteredSql,
  { version, limit, used, settlesAtMs }: LimitState,
): void {
  sql.run(
    `INSERT INTO click_limit (id, version, since, max, used, settles_at_ms) VALUES (1, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET
       version = excluded.version, since = excluded.since, max = excluded.max,
       used = excluded.used, settles_at_ms = excluded.settles_at_ms`,
    version,
    limit.since,
    limit.max,
    used,
    settlesAtMs,
  );
}
