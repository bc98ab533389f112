/** The consequences of an attempt for its delivery and for the endpoint. Pure. */

import type { Attempt } from "../ledger/deliveries/contract.ts";
import { DAY_MS } from "../platform/clock.ts";
import { atLeastAsked, delayAfter, type RetryPolicy } from "./schedule.ts";

export type DisabledReason = "gone" | "failing";

export interface EndpointHealth {
  readonly isSlow: boolean;
  /** When the current run of failures began; null after a success. */
  readonly failingSinceMs: number | null;
  readonly disabledReason: DisabledReason | null;
}

export interface Tried {
  readonly attempt: Attempt;
  readonly retryAfter: string | null;
  /** The number of the attempt within its delivery, from 1. */
  readonly number: number;
}

export interface Verdict {
  readonly delivery:
    | { readonly status: "delivered" | "failed" }
    | { readonly status: "pending"; readonly delayMs: number };
  readonly health: EndpointHealth;
}

/** How long a run of failures may last before the endpoint is disabled. */
const FAILING_MS_MAX = 5 * DAY_MS;
const GONE = 410;
/** The statuses whose `Retry-After` is respected. */
const ASKS_FOR_TIME: readonly (number | null)[] = [429, 503];

/**
 * Judges an attempt that ended at `nowMs`. Only 2xx is a success, because redirects are not
 * followed.
 */
export function judge(
  { attempt, retryAfter, number }: Tried,
  retryPolicy: RetryPolicy,
  health: EndpointHealth,
  { nowMs, random01 }: { readonly nowMs: number; readonly random01: number },
): Verdict {
  const { status, error } = attempt;
  // A refused target was never contacted, so the attempt says nothing about its speed.
  const isSlow = error === "timeout" || (attempt.durationMs === null && health.isSlow);
  if (error === null && status !== null && status >= 200 && status < 300) {
    return {
      delivery: { status: "delivered" },
      health: { isSlow, failingSinceMs: null, disabledReason: null },
    };
  }
  const failingSinceMs = health.failingSinceMs ?? nowMs;
  const disabledReason =
    status === GONE && error === null
      ? "gone"
      : nowMs - failingSinceMs >= FAILING_MS_MAX
        ? "failing"
        : null;
  const delayMs = delayAfter(retryPolicy, number, random01);
  return {
    delivery:
      disabledReason !== null || delayMs === null
        ? { status: "failed" }
        : {
            status: "pending",
            delayMs: ASKS_FOR_TIME.includes(status)
              ? atLeastAsked(delayMs, retryAfter, nowMs)
              : delayMs,
          },
    health: { isSlow, failingSinceMs, disabledReason },
  };
}
