/**
 * The click log's format: one JSON array a batch, one array a click.
 *
 * A purged click leaves `null` in its place, so that the ids of its neighbours, which follow from
 * their positions, stay. Fields are only ever added at the end.
 */

import type { Device, LedgerClick, LoggedClick } from "./contract.ts";

type StoredClick = readonly [
  linkId: number,
  at: number,
  clickClass: LedgerClick["class"],
  country: string | null,
  city: string | null,
  device: Device,
  browser: string,
  os: string,
  referrer: string | null,
  rule: string | null,
  variant: string | null,
  scan: 0 | 1,
  addressHash: string | null,
  agentHash: string | null,
];

export type StoredBatch = readonly (StoredClick | null)[];

/** A click outside of its batch has to bring its ids along. */
export type StoredRecent = readonly [id: number, eventId: string, click: StoredClick];

export function storeClick(click: LedgerClick): StoredClick {
  return [
    click.linkId,
    click.at,
    click.class,
    click.country,
    click.city,
    click.device,
    click.browser,
    click.os,
    click.referrer,
    click.rule,
    click.variant,
    click.scan ? 1 : 0,
    click.addressHash,
    click.agentHash,
  ];
}

/** Gives the clicks of a stored batch with their ids, without the purged ones. */
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

/** Lists the links whose clicks a stored batch holds, each as often as it was clicked. */
export function linksOf(batch: StoredBatch): number[] {
  return batch.flatMap((click) => (click === null ? [] : [click[0]]));
}

/** Takes the clicks of some links out; null when there are none to take. */
export function withoutLinks(batch: StoredBatch, links: ReadonlySet<number>): StoredBatch | null {
  const isPurged = (click: StoredClick | null) => click !== null && links.has(click[0]);
  return batch.some(isPurged) ? batch.map((click) => (isPurged(click) ? null : click)) : null;
}

function readClick(id: number, eventId: string, stored: StoredClick): LoggedClick {
  const [linkId, at, clickClass, country, city, device, browser, os, referrer, ...rest] = stored;
  const [rule, variant, scan, addressHash, agentHash] = rest;
  return {
    id,
    eventId,
    linkId,
    at,
    class: clickClass,
    country,
    city,
    device,
    browser,
    os,
    referrer,
    rule,
    variant,
    scan: scan === 1,
    addressHash,
    agentHash,
  };
}
