/**
 * Counts the clicks of a limited link. Pure.
 *
 * The count starts from the Ledger's total of human clicks. Clicks that bypassed the gate (still on
 * their way to the Ledger when its total was read, or redirected by route records from before the
 * limit) reach the Ledger later, so its total is read again for a while. Neither count ever exceeds
 * the true number of clicks, so the greater one is safe; after the last read it is short by at most
 * the clicks that were on their way then.
 */

import { MINUTE_MS, SECOND_MS } from "../platform/clock.ts";
import type { Admission, AdmitRequest, ClickLimit } from "./contract.ts";

export interface LimitState {
  readonly version: number;
  readonly limit: ClickLimit;
  readonly used: number;
  /** The first read of the Ledger's total from this time on is the last one; null after it. */
  readonly settlesAtMs: number | null;
}

/** Whether a click needs the Ledger's total; without a required total, no click is admitted. */
export type Inquiry = "required" | "useful" | "none";

/**
 * Stale route records live for 95 s, and a click takes some seconds to reach the Ledger. This is
 * twice that time, plus retries.
 */
export const SETTLING_MS = 5 * MINUTE_MS;
/** While the count settles, one click per interval waits for the Ledger's total. */
export const LOOK_INTERVAL_MS = 5 * SECOND_MS;

/** Returns whether to read the Ledger's total; `lookedAtMs` is the time of the last read, or 0. */
export function inquiryFor(
  state: LimitState | null,
  asked: AdmitRequest,
  lookedAtMs: number,
  nowMs: number,
): Inquiry {
  if (state === null || asked.limit.since > state.limit.since) return "required";
  if (state.settlesAtMs === null || nowMs - lookedAtMs < LOOK_INTERVAL_MS) return "none";
  // A full link needs no better count, which could only be greater.
  return state.used < currentLimit(state, asked).max ? "useful" : "none";
}

/** Merges the Ledger's total into the count; for a newly set limit it starts the count. */
export function withTotal(
  state: LimitState | null,
  asked: AdmitRequest,
  total: number,
  nowMs: number,
): LimitState {
  const used = Math.max(state?.used ?? 0, total);
  if (state === null || asked.limit.since > state.limit.since) {
    const { version, limit } = asked;
    return { version, limit, used, settlesAtMs: nowMs + SETTLING_MS };
  }
  const { settlesAtMs } = state;
  const settled = settlesAtMs === null || nowMs >= settlesAtMs;
  return { ...state, used, settlesAtMs: settled ? null : settlesAtMs };
}

/**
 * Begins the count again at zero. Clicks that were admitted between the Ledger's beginning and this
 * one are found in its total, which is read again for a while.
 */
export function restarted(state: LimitState, nowMs: number): LimitState {
  return { ...state, used: 0, settlesAtMs: nowMs + SETTLING_MS };
}

/** Admits a click while there is room. Returns the same state object when nothing changes. */
export function admitOne(
  state: LimitState,
  asked: AdmitRequest,
): { readonly state: LimitState; readonly admission: Admission } {
  const isNewer = asked.version > state.version;
  const limit = currentLimit(state, asked);
  const known = isNewer ? { ...state, version: asked.version, limit } : state;
  if (known.used >= limit.max) {
    return { state: known, admission: { admitted: false, used: known.used } };
  }
  const used = known.used + 1;
  return { state: { ...known, used }, admission: { admitted: true, used } };
}

/** An old route record cannot undo a newer one. */
function currentLimit(state: LimitState, asked: AdmitRequest): ClickLimit {
  return asked.version > state.version ? asked.limit : state.limit;
}
