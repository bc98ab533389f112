/**
 * Protects D1 from visitors who scan for codes. Only codes that D1 does not have count, so following
 * existing links is never limited.
 *
 * Each address has a limit, which the isolate keeps for itself and shares with the location through
 * the binding. An isolate has one over all addresses too: a scan from many of them stays below the
 * limit of each. Fails open: a binding that does not answer refuses no visitor.
 */

import { MINUTE_MS, SECOND_MS } from "../platform/clock.ts";
import { log } from "../platform/log.ts";

/** The limit of MISS_LIMIT in wrangler.toml. */
const MISSES_PER_MINUTE = 60;
/** Misses that the binding is not told: a call of it costs as much as a redirect. */
const MISSES_UNTOLD = 5;
/** How long a scanner is refused what KV does not have. */
const REFUSED_MS = MINUTE_MS;
const VISITORS_MAX = 10_000;

/** Misses of all visitors of this isolate: a burst, and then so many a second. */
const BURST_MAX = 200;
const PER_SECOND = 20;

/** `refused`: this visitor scans. `exhausted`: too many visitors missed, whoever they are. */
export type Admission = "admitted" | "refused" | "exhausted";

export interface MissLimiter {
  /** Whether D1 may be asked for a code that KV does not have. Counts an admitted one as a miss. */
  admit(visitor: string | null, nowMs: number): Admission;
  /** Takes back what `admit` counted, as D1 has the code. */
  forgive(visitor: string | null): void;
  /** Tells the binding of a miss, and learns from it whether to refuse the visitor. */
  tell(limiter: RateLimit, visitor: string | null, nowMs: number): Promise<void>;
}

/** What one visitor missed within a minute. */
interface Misses {
  count: number;
  readonly endsMs: number;
  refusedUntilMs: number;
}

export function createMissLimiter(): MissLimiter {
  const visitors = new Map<string, Misses>();
  let left = BURST_MAX;
  let refilledMs = 0;
  let loggedMs = 0;

  function missesOf(visitor: string, nowMs: number): Misses {
    const known = visitors.get(visitor);
    if (known !== undefined && nowMs < Math.max(known.endsMs, known.refusedUntilMs)) return known;
    const misses = { count: 0, endsMs: nowMs + MINUTE_MS, refusedUntilMs: 0 };
    if (visitors.size >= VISITORS_MAX) visitors.clear();
    visitors.set(visitor, misses);
    return misses;
  }

  function refill(nowMs: number): void {
    const earned = ((nowMs - refilledMs) / SECOND_MS) * PER_SECOND;
    if (earned < 1) return;
    left = Math.min(BURST_MAX, left + Math.floor(earned));
    refilledMs = nowMs;
  }

  function warn(nowMs: number): void {
    if (nowMs - loggedMs < MINUTE_MS) return;
    loggedMs = nowMs;
    log("warn", "redirect.misses.exhausted");
  }

  return {
    admit(visitor, nowMs) {
      const misses = visitor === null ? null : missesOf(visitor, nowMs);
      if (misses !== null) {
        if (nowMs < misses.refusedUntilMs) return "refused";
        if (misses.count >= MISSES_PER_MINUTE) {
          misses.refusedUntilMs = nowMs + REFUSED_MS;
          return "refused";
        }
      }
      refill(nowMs);
      if (left === 0) {
        warn(nowMs);
        return "exhausted";
      }
      left -= 1;
      if (misses !== null) misses.count += 1;
      return "admitted";
    },
    forgive(visitor) {
      left = Math.min(BURST_MAX, left + 1);
      const misses = visitor === null ? undefined : visitors.get(visitor);
      if (misses !== undefined && misses.count > 0) misses.count -= 1;
    },
    async tell(limiter, visitor, nowMs) {
      if (visitor === null) return;
      const misses = missesOf(visitor, nowMs);
      if (misses.count <= MISSES_UNTOLD || (await withinLimit(limiter, visitor))) return;
      misses.refusedUntilMs = nowMs + REFUSED_MS;
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
