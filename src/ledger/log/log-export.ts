/** Reads the click log page by page, the oldest batch first. */

import type { MeteredSql } from "../../platform/metered-sql.ts";
import type { LoggedClick, LogPage } from "../contract.ts";
import { readBatch, type StoredBatch } from "../packed-click.ts";

interface Row extends Record<string, SqlStorageValue> {
  batch_id: string;
  first_id: number;
  data: string | null;
}

const BATCHES_READ = 100;

/**
 * Returns at least `clicksMin` clicks if that many are left after the page that ended at `cursor`.
 *
 * A page holds whole batches. Clicks that arrive between two pages are on a later page, or missing
 * if they were delayed, when the time of their batch has already been read.
 */
export function logPage(sql: MeteredSql, cursor: string | null, clicksMin = 2_000): LogPage {
  const clicks: LoggedClick[] = [];
  let next = cursor ?? "";
  for (;;) {
    const rows = sql.run<Row>(
      "SELECT batch_id, first_id, data FROM batches WHERE batch_id > ? ORDER BY batch_id LIMIT ?",
      next,
      BATCHES_READ,
    );
    for (const { batch_id: id, first_id: firstId, data } of rows) {
      next = id;
      if (data !== null) clicks.push(...readBatch(id, firstId, JSON.parse(data) as StoredBatch));
      if (clicks.length >= clicksMin) return { clicks, next };
    }
    if (rows.length < BATCHES_READ) return { clicks, next: null };
  }
}
