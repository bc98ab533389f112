/**
 * The `state` table: one row per link, and scope 0 for the workspace.
 *
 * A row includes the open day, so that a batch rewrites one row per link. Decoded rows are cached,
 * up to a limit, because the busiest links recur in every batch.
 */

import type { MeteredSql } from "../../platform/metered-sql.ts";
import type { ClickClass } from "../contract.ts";
import type { StoredRecent } from "../packed-click.ts";
import { decodeCell, encodeCell } from "./cell-codec.ts";
import { emptyCell, type Cell } from "./cell.ts";
import { NO_LEADERS, type Leaders } from "./leaders.ts";
import { encodeParts, storedParts, type PartSketches } from "./part-sketches.ts";
import { decodeSketch, emptySketch, encodeSketch, type Sketch } from "./sketch.ts";

/** The scope of the whole workspace; every other scope is a link's id. */
export const WORKSPACE = 0;

export interface DayCounts {
  readonly day: number;
  readonly cell: Cell;
  readonly sketch: Sketch;
  /** For a link only. */
  readonly parts: PartSketches;
}

export interface ScopeState {
  readonly scope: number;
  /** Clicks of all time. */
  readonly classes: Map<ClickClass, number>;
  /** A link's human clicks of all time by variant. */
  readonly variants: Map<string, number>;
  lastAtMs: number | null;
  /** A link's last 20 human clicks, the newest last. */
  recent: StoredRecent[];
  /** The newest day with a click or a conversion. */
  open: DayCounts | null;
  /** For a link only: when its counts last began again; null for never. */
  readonly resetAtMs: number | null;
  /** For the workspace only: the id of its next click. */
  nextId: number;
  /** For the workspace only: its most clicked links. */
  leaders: Leaders;
}

export interface StateStore {
  /** Returns null for a scope without clicks. Callers may change the state only in a transaction. */
  load(scope: number): ScopeState | null;
  save(state: ScopeState): void;
  drop(scope: number): void;
  /** Clears the cache, which may be ahead of the table after a failed transaction. */
  forget(): void;
}

interface Row extends Record<string, SqlStorageValue> {
  classes: string;
  variants: string | null;
  last_at_ms: number | null;
  recent: string | null;
  day: number | null;
  cell: string | null;
  sketch: ArrayBuffer | null;
  parts: ArrayBuffer | null;
  next_id: number | null;
  leaders: string | null;
  reset_at_ms: number | null;
}

interface Kept {
  readonly state: ScopeState;
  readonly bytes: number;
}

/** In stored bytes; decoded, they take a few times as much of the object's 128 MB. */
const KEPT_BYTES_MAX = 4_000_000;
const ROW_BYTES = 500;

export function emptyState(scope: number, resetAtMs: number | null = null): ScopeState {
  return {
    scope,
    classes: new Map(),
    variants: new Map(),
    lastAtMs: null,
    recent: [],
    open: null,
    resetAtMs,
    nextId: 1,
    leaders: NO_LEADERS,
  };
}

export function emptyDay(day: number): DayCounts {
  return { day, cell: emptyCell(), sketch: emptySketch(), parts: storedParts(null) };
}

export function humans(classes: ReadonlyMap<ClickClass, number>): number {
  return classes.get("human") ?? 0;
}

export function stateStore(sql: MeteredSql): StateStore {
  const kept = new Map<number, Kept>();
  let keptBytes = 0;

  function drop(scope: number): void {
    keptBytes -= kept.get(scope)?.bytes ?? 0;
    kept.delete(scope);
  }

  function keep(state: ScopeState, bytes: number): void {
    drop(state.scope);
    kept.set(state.scope, { state, bytes });
    keptBytes += bytes;
    // The map is in order of use, so the least recently saved or loaded scope is dropped first.
    for (const scope of kept.keys()) {
      if (keptBytes <= KEPT_BYTES_MAX) break;
      drop(scope);
    }
  }

  return {
    load(scope) {
      const known = kept.get(scope);
      if (known !== undefined) return known.state;
      const [row] = sql.run<Row>("SELECT * FROM state WHERE scope = ?", scope);
      if (row === undefined) return null;
      const state = decodeState(scope, row);
      keep(state, sizeOf(row));
      return state;
    },

    save(state) {
      keep(state, writeState(sql, state));
    },

    drop(scope) {
      drop(scope);
      sql.run("DELETE FROM state WHERE scope = ?", scope);
    },

    forget() {
      kept.clear();
      keptBytes = 0;
    },
  };
}

function decodeState(scope: number, row: Row): ScopeState {
  const { day, cell, sketch, parts } = row;
  return {
    scope,
    classes: new Map(JSON.parse(row.classes) as [ClickClass, number][]),
    variants:
      row.variants === null ? new Map() : new Map(JSON.parse(row.variants) as [string, number][]),
    lastAtMs: row.last_at_ms,
    recent: row.recent === null ? [] : (JSON.parse(row.recent) as StoredRecent[]),
    open:
      day === null || cell === null || sketch === null
        ? null
        : {
            day,
            cell: decodeCell(cell),
            sketch: decodeSketch(new Uint8Array(sketch)),
            parts: storedParts(parts),
          },
    resetAtMs: row.reset_at_ms,
    nextId: row.next_id ?? 1,
    leaders: row.leaders === null ? NO_LEADERS : (JSON.parse(row.leaders) as Leaders),
  };
}

/** Writes one row and returns its approximate size in bytes. */
function writeState(sql: MeteredSql, state: ScopeState): number {
  const { scope, open } = state;
  const isWorkspace = scope === WORKSPACE;
  const cell = open === null ? null : encodeCell(open.cell);
  const sketch = open === null ? null : encodeSketch(open.sketch).buffer;
  const recent = isWorkspace ? null : JSON.stringify(state.recent);
  const variants = state.variants.size === 0 ? null : JSON.stringify([...state.variants]);
  const texts = [cell, recent, variants];
  const parts = open === null ? null : (encodeParts(open.parts, texts)?.buffer ?? null);
  sql.run(
    `INSERT INTO state
       (scope, total, classes, variants, last_at_ms, recent, day, cell, sketch, parts, next_id, leaders,
        reset_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (scope) DO UPDATE SET
       total = excluded.total, classes = excluded.classes, variants = excluded.variants,
       last_at_ms = excluded.last_at_ms, recent = excluded.recent, day = excluded.day, cell = excluded.cell,
       sketch = excluded.sketch, parts = excluded.parts, next_id = excluded.next_id,
       leaders = excluded.leaders, reset_at_ms = excluded.reset_at_ms`,
    scope,
    humans(state.classes),
    JSON.stringify([...state.classes]),
    variants,
    state.lastAtMs,
    recent,
    open?.day ?? null,
    cell,
    sketch,
    parts,
    isWorkspace ? state.nextId : null,
    isWorkspace ? JSON.stringify(state.leaders) : null,
    state.resetAtMs,
  );
  return sizeOf({ recent, cell, sketch, parts });
}

function sizeOf({
  recent,
  cell,
  sketch,
  parts,
}: Pick<Row, "recent" | "cell" | "sketch" | "parts">): number {
  const texts = (recent?.length ?? 0) + (cell?.length ?? 0);
  return ROW_BYTES + texts + (sketch?.byteLength ?? 0) + (parts?.byteLength ?? 0);
}
