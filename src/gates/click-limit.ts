/**
 * Counts the clicks of a limited link. Pure.
 *
 * The count starts from the Ledger's human total. Clicks that passed by the gate (under way to the
 * Ledger when it was asked, or sent on by records from before the limit) arrive there later, so it
 * is asked again for a while. Neither of the two ever knows more clicks than there were: the greater
 * count is safe, and after the last look short of the truth by what was under way then, at most.
 */

import { MINUTE_MS, SECOND_MS } from "../platform/clock.ts";
import type { Admission, AdmitRequest, ClickLimit } from "./contract.ts";

export interface LimitState {
  readonly version: number;
  readonly limit: ClickLimit;
  readonly used: number;
  /** From then on one more look at the Ledger is the last one; null after that. */
  readonly settlesAtMs: number | null;
}

/** What is to be asked of the Ledger before a click: without a required total none is let in. */
export type Inquiry = "required" | "useful" | "none";

/** Stale records live for 95 s, a click is under way for some seconds: twice as much, and retries. */
export const SETTLING_MS = 5 * MINUTE_MS;
/** While the count settles, one click so often waits for a look at the Ledger. */
export const LOOK_INTERVAL_MS = 5 * SECOND_MS;

/** Tells whether the Ledger is to be asked; `lookedAtMs` is when it was last, 0 for not yet. */
export function inquiryFor(
  state: LimitState | null,
  asked: AdmitRequest,
  lookedAtMs: number,
  nowMs: number,
): Inquiry {
  if (state === null || asked.limit.since > state.limit.since) return "required";
  if (state.settlesAtMs === null || nowMs - lookedAtMs < LOOK_INTERVAL_MS) return "none";
  // A full link needs no better count: that would only be greater.
  return state.used < currentLimit(state, asked).max ? "useful" : "none";
}

/** Takes in the Ledger's total, which starts the count of a limit that is newly set. */
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

/** Lets a click in while there is room. The same state comes back when nothing changes. */
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

/** An old record cannot undo a newer one. */
function currentLimit(state: LimitState, asked: AdmitRequest): ClickLimit {
  return asked.version > state.version ? asked.limit : state.limit;
}
