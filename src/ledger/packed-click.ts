/**
 * The click log's format: one JSON array per batch, with one array per click.
 *
 * A purged click leaves `null` in its place, so that the other clicks keep their ids, which follow
 * from their positions. New fields are only ever added at the end.
 */

import { FLAG, rowFormat, unchecked, type Row } from "../platform/row-format.ts";
import type { Device, LedgerClick, LoggedClick } from "./contract.ts";

/** A click without its ids, which follow from its batch. */
type StoredClick = Omit<LoggedClick, "id" | "eventId">;

const LOG_FORMAT = rowFormat<StoredClick>()([
  ["linkId", unchecked<number>()],
  ["atMs", unchecked<number>()],
  ["class", unchecked<LedgerClick["class"]>()],
  ["country", unchecked<string | null>()],
  ["city", unchecked<string | null>()],
  ["device", unchecked<Device>()],
  ["browser", unchecked<string>()],
  ["os", unchecked<string>()],
  ["referrer", unchecked<string | null>()],
  ["rule", unchecked<string | null>()],
  ["variant", unchecked<string | null>()],
  ["scan", FLAG],
  ["addressHash", unchecked<string | null>()],
  ["agentHash", unchecked<string | null>()],
]);

export type StoredBatch = readonly (Row | null)[];

/** A click outside its batch, stored with its ids. */
export type StoredRecent = readonly [id: number, eventId: string, click: Row];

export function storeClick(click: LedgerClick): Row {
  return LOG_FORMAT.pack(click);
}

/** Returns the clicks of a stored batch with their ids, without the purged ones. */
export function readBatch(batchId: string, firstId: number, batch: StoredBatch): LoggedClick[] {
  return batch.flatMap((stored, position) =>
    stored === null ? [] : [readClick(firstId + position, eventIdOf(batchId, position), stored)],
  );
}

export function readRecent([id, eventId, stored]: StoredRecent): LoggedClick {
  return readClick(id, eventId, stored);
}

export function eventIdOf(batchId: string, position: number): string {
  return `${batchId}-${position}`;
}

/** Returns the link of each click in a stored batch, with repeats. */
export function linksOf(batch: StoredBatch): number[] {
  return batch.flatMap((click) => (click === null ? [] : [linkOf(click)]));
}

/** Removes the clicks of some links before a time of each; returns null if the batch has none. */
export function withoutLinks(
  batch: StoredBatch,
  links: ReadonlyMap<number, number>,
): StoredBatch | null {
  const isPurged = (click: Row | null) =>
    click !== null && LOG_FORMAT.read(click, "atMs") < (links.get(linkOf(click)) ?? -Infinity);
  return batch.some(isPurged) ? batch.map((click) => (isPurged(click) ? null : click)) : null;
}

/** Reads only one field, because a purge reads every click of many batches. */
function linkOf(stored: Row): number {
  return LOG_FORMAT.read(stored, "linkId");
}

function readClick(id: number, eventId: string, stored: Row): LoggedClick {
  return { id, eventId, ...LOG_FORMAT.unpack(stored) };
}
