/** Converts times to days, which are whole numbers since 1970, in UTC. */

import { DAY_MS, HOUR_MS } from "../../platform/clock.ts";

export function dayOf(atMs: number): number {
  return Math.floor(atMs / DAY_MS);
}

export function hourOf(atMs: number): number {
  return Math.floor((atMs - dayOf(atMs) * DAY_MS) / HOUR_MS);
}

/** Formats a day as `YYYY-MM-DD`. */
export function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** Reads a `YYYY-MM-DD`; returns NaN for any other text. */
export function dayOfDate(date: string): number {
  return Date.parse(`${date}T00:00:00.000Z`) / DAY_MS;
}
