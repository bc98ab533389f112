/** When a failed delivery is retried. Pure: the caller passes in the random number. */

import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../platform/clock.ts";

export const RETRY_POLICIES = ["default", "extended"] as const;

export type RetryPolicy = (typeof RETRY_POLICIES)[number];

/** The first delays. They carry no jitter, because the contract names them. */
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

/** Spreads retries, so that endpoints that failed together are not called together again. */
const JITTER = 0.2;
/** The longest delay that a queue accepts. */
const DELAY_MS_MAX = DAY_MS;

/**
 * Returns the delay in milliseconds after the n-th attempt (from 1) has failed; null after the
 * last.
 *
 * `random01` is uniform in [0, 1).
 */
export function delayAfter(policy: RetryPolicy, attempt: number, random01: number): number | null {
  const first = FIRST_DELAYS_MS[attempt - 1];
  if (first !== undefined) return first;
  if (policy === "default") return null;
  const later = EXTENDED_DELAYS_MS[attempt - 1 - FIRST_DELAYS_MS.length];
  if (later === undefined) return null;
  return Math.min(Math.round(later * (1 + JITTER * (2 * random01 - 1))), DELAY_MS_MAX);
}

/** Extends a delay to what the endpoint's `Retry-After` asks for, up to a day. */
export function atLeastAsked(delayMs: number, retryAfter: string | null, nowMs: number): number {
  const askedMs = retryAfter === null ? 0 : askedDelay(retryAfter.trim(), nowMs);
  return Math.min(Math.max(delayMs, askedMs), DELAY_MS_MAX);
}

/** Parses seconds or an HTTP date into milliseconds from now; 0 for anything else. */
function askedDelay(retryAfter: string, nowMs: number): number {
  if (/^\d{1,9}$/.test(retryAfter)) return Number(retryAfter) * SECOND_MS;
  const until = Date.parse(retryAfter);
  return Number.isNaN(until) ? 0 : Math.max(until - nowMs, 0);
}
