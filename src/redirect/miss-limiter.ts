/**
 * Protects D1 from visitors who scan for codes.
 *
 * Only codes that D1 does not have count, so following existing links is never limited. The binding
 * counts the misses of a location, and each isolate learns from it which visitors to refuse. Fails
 * open: a limiter that does not answer refuses no visitor.
 */

import { MINUTE_MS } from "../platform/clock.ts";
import { log } from "../platform/log.ts";

/** How long a scanner is refused what KV does not have. */
const REFUSED_MS = MINUTE_MS;
const REFUSED_MAX = 10_000;

export interface MissLimiter {
  refuses(visitor: string | null, nowMs: number): boolean;
  /** Counts one request of a visitor for an unknown code. */
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
