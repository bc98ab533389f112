/** When a delivery that failed is tried again. Pure: what is random comes in as a number. */

import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../platform/clock.ts";

export const RETRY_POLICIES = ["default", "extended"] as const;

export type RetryPolicy = (typeof RETRY_POLICIES)[number];

/** Exact: these are what the contract names. */
const FIRST_DELAYS_MS = [SECOND_MS, 5 * SECOND_MS, 30 * SECOND_MS] as const;

const EXTENDED_DELAYS_MS = [
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  DAY_MS,
] as const;

/** Endpoints that fell over together are not to be called back together. */
const JITTER = 0.2;
/** A queue holds a message back no longer. */
const DELAY_MS_MAX = DAY_MS;

/**
 * Tells how long to wait after the n-th attempt (from 1) has failed, or null when it was the last.
 *
 * `random01` is uniform, from 0 and below 1.
 */
export function delayAfter(policy: RetryPolicy, attempt: number, random01: number): number | null {
  const first = FIRST_DELAYS_MS[attempt - 1];
  if (first !== undefined) return first;
  if (policy === "default") return null;
  const later = EXTENDED_DELAYS_MS[attempt - 1 - FIRST_DELAYS_MS.length];
  if (later === undefined) return null;
  return Math.min(Math.round(later * (1 + JITTER * (2 * random01 - 1))), DELAY_MS_MAX);
}

/** Lengthens a delay to what the endpoint asked for by `Retry-After`, up to a day. */
export function atLeastAsked(delayMs: number, retryAfter: string | null, nowMs: number): number {
  const askedMs = retryAfter === null ? 0 : askedDelay(retryAfter.trim(), nowMs);
  return Math.min(Math.max(delayMs, askedMs), DELAY_MS_MAX);
}

/** Reads seconds or an HTTP date; what is neither asks for nothing. */
function askedDelay(retryAfter: string, nowMs: number): number {
  if (/^\d{1,9}$/.test(retryAfter)) return Number(retryAfter) * SECOND_MS;
  const until = Date.parse(retryAfter);
  return Number.isNaN(until) ? 0 : Math.max(until - nowMs, 0);
}
