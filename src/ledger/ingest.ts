/**
 * Counts batches of clicks. Runs in one transaction, and writes one row per batch, one per touched
 * link and one for the workspace; more only when a day ends, for delayed clicks, and while a
 * conversion goal is active.
 */

import type { MeteredSql } from "../platform/metered-sql.ts";
import type { ClickBatch, IngestedBatch, LedgerClick } from "./contract.ts";
import { emptyTrail, noteClick, saveTrail, type Trail } from "./conversions/attribution.ts";
import { visitorOf } from "./conversions/visitor.ts";
import { boundClick } from "./counts/bounds.ts";
import { countClass, countClick, countVariant, type Cell } from "./counts/cell.ts";
import { loadDay, saveDay } from "./counts/day-store.ts";
import { dayOf } from "./counts/day.ts";
import { raiseLeaders } from "./counts/leaders.ts";
import { partKeyIn, partSketch, type PartKey } from "./counts/part-sketches.ts";
import { addVisitor } from "./counts/sketch.ts";
import { emptyDay, emptyState, humans, WORKSPACE } from "./counts/state-store.ts";
import type { DayCounts, ScopeState, StateStore } from "./counts/state-store.ts";
import { crossingsOf, noteCrossing } from "./crossings.ts";
import { eventIdOf, storeClick, type StoredBatch } from "./packed-click.ts";

export interface IngestSettings {
  /** Clicks before this time are counted but not logged; infinity logs none. */
  readonly logsSinceMs: number;
  /** Whether a goal is active, so that attribution data is stored. */
  readonly tracksVisitors?: boolean;
  /** The numbers of human clicks of a link that webhooks are to be told of. */
  readonly thresholds?: ReadonlySet<number>;
}

const RECENT_MAX = 20;

/** The changes that a transaction has made but not yet written. */
interface Work {
  readonly sql: MeteredSql;
  readonly states: StateStore;
  readonly settings: IngestSettings;
  readonly touched: Map<number, ScopeState>;
  readonly purged: Set<number>;
  readonly pastDays: Map<string, { readonly scope: number; readonly counts: DayCounts }>;
  /** Null while no goal is active. */
  readonly trail: Trail | null;
  /** How many thresholds were crossed. */
  crossed: number;
}

/** Counts each batch once, by its id, and returns the results in the order of the batches. */
export function ingestBatches(
  sql: MeteredSql,
  states: StateStore,
  batches: readonly ClickBatch[],
  settings: IngestSettings,
): IngestedBatch[] {
  const work: Work = {
    sql,
    states,
    settings,
    touched: new Map(),
    purged: new Set(),
    pastDays: new Map(),
    trail: settings.tracksVisitors === true ? emptyTrail() : null,
    crossed: 0,
  };
  const ingested = batches.map((batch) => ingestBatch(work, batch));
  write(work);
  return ingested;
}

function ingestBatch(work: Work, batch: ClickBatch): IngestedBatch {
  const [known] = work.sql.run<{ first_id: number }>(
    "SELECT first_id FROM batches WHERE batch_id = ?",
    batch.id,
  );
  if (known !== undefined) {
    return {
      id: batch.id,
      firstClickId: known.first_id,
      repeated: true,
      refused: false,
      ...crossedBy(work.sql, batch.id),
    };
  }
  const crossedBefore = work.crossed;
  const workspace = touch(work, WORKSPACE);
  const firstClickId = workspace.nextId;
  workspace.nextId += batch.clicks.length;
  const log: StoredBatch = batch.clicks.map((click, position) => {
    const eventId = eventIdOf(batch.id, position);
    const id = firstClickId + position;
    return ingestClick(work, workspace, boundClick(click), { id, eventId, batchId: batch.id });
  });
  if (batch.lost > 0) countWorkspaceClass(work, workspace, "lost", batch);
  const data = batch.atMs >= work.settings.logsSinceMs ? JSON.stringify(log) : null;
  work.sql.run(
    "INSERT INTO batches (batch_id, first_id, n, at_ms, data) VALUES (?, ?, ?, ?, ?)",
    batch.id,
    firstClickId,
    batch.clicks.length,
    batch.atMs,
    data,
  );
  if (batch.clicks.length > 0)
    work.trail?.batches.push({ firstId: firstClickId, batchId: batch.id });
  return {
    id: batch.id,
    firstClickId,
    repeated: false,
    refused: false,
    ...(work.crossed > crossedBefore && crossedBy(work.sql, batch.id)),
  };
}

function crossedBy(sql: MeteredSql, batchId: string): Pick<IngestedBatch, "crossed"> {
  const crossed = crossingsOf(sql, batchId);
  return crossed.length === 0 ? {} : { crossed };
}

/** What names a click of a batch. */
interface Place {
  readonly id: number;
  readonly eventId: string;
  readonly batchId: string;
}

/** Counts one click and returns its log entry: null if its link is purged, or was reset since. */
function ingestClick(
  work: Work,
  workspace: ScopeState,
  click: LedgerClick,
  { id, eventId, batchId }: Place,
): StoredBatch[number] {
  const link = touchLink(work, click.linkId);
  if (link === null || click.atMs < (link.resetAtMs ?? 0)) {
    countWorkspaceClass(work, workspace, "late", { atMs: click.atMs, lost: 1 });
    return null;
  }
  const day = dayOf(click.atMs);
  const ofLink = openDay(work, link, day);
  const ofWorkspace = openDay(work, workspace, day);
  countClick(ofLink.cell, ofWorkspace.cell, click);
  for (const state of [link, workspace]) {
    state.classes.set(click.class, (state.classes.get(click.class) ?? 0) + 1);
  }
  const stored = storeClick(click);
  if (click.class !== "human") return stored;
  const clicks = humans(link.classes);
  if (work.settings.thresholds?.has(clicks) === true) {
    noteCrossing(work.sql, batchId, { linkId: click.linkId, clicks, atMs: click.atMs });
    work.crossed += 1;
  }
  if (click.variant !== null) countVariant(link.variants, click.variant);
  if (work.trail !== null) noteClick(work.trail, click, id);
  for (const state of [link, workspace]) state.lastAtMs = Math.max(state.lastAtMs ?? 0, click.atMs);
  if (click.atMs >= work.settings.logsSinceMs) {
    link.recent = [...link.recent, [id, eventId, stored] as const].slice(-RECENT_MAX);
  }
  if (click.addressHash !== null && click.agentHash !== null) {
    const visitor = visitorOf(click.addressHash, click.agentHash);
    addVisitor(ofLink.sketch, visitor);
    addVisitor(ofWorkspace.sketch, visitor);
    for (const key of partKeysOf(click, ofLink.cell)) {
      addVisitor(partSketch(ofLink.parts, key), visitor);
    }
  }
  return stored;
}

function countWorkspaceClass(
  work: Work,
  workspace: ScopeState,
  clickClass: "late" | "lost",
  { atMs, lost }: { readonly atMs: number; readonly lost: number },
): void {
  countClass(openDay(work, workspace, dayOf(atMs)).cell, clickClass, lost);
  workspace.classes.set(clickClass, (workspace.classes.get(clickClass) ?? 0) + lost);
}

function touch(work: Work, scope: number): ScopeState {
  const state = work.touched.get(scope) ?? work.states.load(scope) ?? emptyState(scope);
  work.touched.set(scope, state);
  return state;
}

/** Returns null for a purged link. A purge deletes the link's state, so a link with one is not. */
function touchLink(work: Work, linkId: number): ScopeState | null {
  const touched = work.touched.get(linkId);
  if (touched !== undefined) return touched;
  if (work.purged.has(linkId)) return null;
  const known = work.states.load(linkId);
  if (known === null && isPurged(work.sql, linkId)) {
    work.purged.add(linkId);
    return null;
  }
  const state = known ?? emptyState(linkId);
  work.touched.set(linkId, state);
  return state;
}

function isPurged(sql: MeteredSql, linkId: number): boolean {
  return sql.run("SELECT 1 FROM purged WHERE link = ?", linkId).length > 0;
}

/** Returns the counts of a day; a day newer than the open one closes the open one. */
function openDay(work: Work, state: ScopeState, day: number): DayCounts {
  const { scope, open } = state;
  if (open !== null && day === open.day) return open;
  if (open !== null && day < open.day) return pastDay(work, scope, day);
  if (open !== null) work.pastDays.set(`${scope}/${open.day}`, { scope, counts: open });
  const opened = emptyDay(day);
  state.open = opened;
  return opened;
}

function pastDay(work: Work, scope: number, day: number): DayCounts {
  const key = `${scope}/${day}`;
  const known = work.pastDays.get(key);
  if (known !== undefined) return known.counts;
  const counts = loadDay(work.sql, scope, day);
  work.pastDays.set(key, { scope, counts });
  return counts;
}

/** Returns the parts that served a click, which must already be counted in `cell`. */
function partKeysOf({ rule, variant }: LedgerClick, cell: Cell): PartKey[] {
  const keys: PartKey[] = [];
  if (rule !== null) keys.push(partKeyIn(cell, "rule", rule));
  if (variant !== null) keys.push(partKeyIn(cell, "variant", variant));
  return keys;
}

function write({ sql, states, touched, pastDays, trail }: Work): void {
  const workspace = touched.get(WORKSPACE);
  if (workspace === undefined) return;
  const risen = [...touched.values()]
    .filter(({ scope, classes }) => scope !== WORKSPACE && humans(classes) > 0)
    .map(({ scope, classes }) => ({ linkId: scope, clicks: humans(classes) }));
  workspace.leaders = raiseLeaders(workspace.leaders, risen);
  for (const { scope, counts } of pastDays.values()) saveDay(sql, scope, counts);
  for (const state of touched.values()) states.save(state);
  if (trail !== null) saveTrail(sql, trail);
}
