/**
 * Spares D1 the questions of somebody who scans for codes.
 *
 * Only codes that D1 did not have count, so a visitor of links that exist is never held back,
 * however many. The binding counts a location's misses; each isolate learns from it whom to refuse.
 * Fails open: a limiter that does not answer refuses nobody.
 */

import { MINUTE_MS } from "../platform/clock.ts";
import { log } from "../platform/log.ts";

/** How long a scanner gets 404 without a question to D1, codes of new links included. */
const REFUSED_MS = MINUTE_MS;
const REFUSED_MAX = 10_000;

export interface MissLimiter {
  refuses(visitor: string | null, nowMs: number): boolean;
  /** Counts one unknown code of a visitor. */
  count(limiter: RateLimit, visitor: string | null, nowMs: number): Promise<void>;
}

export function createMissLimiter(): MissLimiter {
  const refusedUntil = new Map<string, number>();
  return {
    refuses(visitor, nowMs) {
      if (visitor === null) return false;
      const until = refusedUntil.get(visitor);
      if (until === undefined) return false;
      if (nowMs < until) return true;
      refusedUntil.delete(visitor);
      return false;
    },
    async count(limiter, visitor, nowMs) {
      if (visitor === null) return;
      if (await withinLimit(limiter, visitor)) return;
      if (refusedUntil.size >= REFUSED_MAX) refusedUntil.clear();
      refusedUntil.set(visitor, nowMs + REFUSED_MS);
    },
  };
}

async function withinLimit(limiter: RateLimit, visitor: string): Promise<boolean> {
  try {
    return (await limiter.limit({ key: visitor })).success;
  } catch (error) {
    log("error", "redirect.miss_limit.failed", { error });
    return true;
  }
}
