/**
 * Decides whether a visitor may try a link's password now.
 *
 * Pure. A visitor has a few free tries and then waits longer and longer. All visitors together spend
 * tries from one allowance that refills with time; once it is spent, each is given a turn of their
 * own. A turn is kept whatever the others do: who waits as told gets a try, so nobody can lock the
 * true visitor out.
 */

import { DAY_MS, MINUTE_MS, SECOND_MS } from "../platform/clock.ts";
import type { AttemptAnswer } from "./contract.ts";

export interface VisitorTries {
  /** Let through since the last right password. */
  readonly tries: number;
  readonly notBeforeMs: number;
  /** Whether the next try is paid for out of the link's allowance. */
  readonly hasTurn: boolean;
  readonly lastAtMs: number;
}

export interface AttemptState {
  readonly visitor: VisitorTries | null;
  /**
   * The link's allowance: a try pushes this instant on by TRY_COST_MS, time catches up with it, and
   * at ALLOWANCE_MS ahead of time nothing is left to spend.
   */
  readonly spentUntilMs: number;
}

export const FREE_TRIES = 5;
const DELAY_FIRST_MS = SECOND_MS;
export const DELAY_MAX_MS = 15 * MINUTE_MS;
/** A visitor who stays away for so long starts anew. */
export const FORGIVEN_AFTER_MS = DAY_MS;

/** Failures of all visitors together within ALLOWANCE_MS. */
export const LINK_TRIES = 100;
const ALLOWANCE_MS = 15 * MINUTE_MS;
export const TRY_COST_MS = ALLOWANCE_MS / LINK_TRIES;
/** However many ask, a turn comes within this time. */
export const TURN_WAIT_MAX_MS = 5 * MINUTE_MS;

const FRESH: VisitorTries = { tries: 0, notBeforeMs: 0, hasTurn: false, lastAtMs: 0 };

/**
 * Takes one try. Parts of the state that do not change come back as they are.
 *
 * A refusal before its time is over changes nothing, so hammering costs no write and no more delay.
 */
export function nextAttempt(
  state: AttemptState,
  nowMs: number,
): { readonly answer: AttemptAnswer; readonly state: AttemptState } {
  const visitor = isForgiven(state.visitor, nowMs) ? FRESH : (state.visitor ?? FRESH);
  if (nowMs < visitor.notBeforeMs) {
    return { answer: { allowed: false, retryAfterMs: visitor.notBeforeMs - nowMs }, state };
  }
  const { spentUntilMs } = state;
  if (visitor.hasTurn) return letThrough(visitor, spentUntilMs, nowMs);
  const spentMs = Math.max(spentUntilMs, nowMs) + TRY_COST_MS;
  const waitMs = spentMs - ALLOWANCE_MS - nowMs;
  if (waitMs <= 0) return letThrough(visitor, spentMs, nowMs);
  return giveTurn(visitor, waitMs <= TURN_WAIT_MAX_MS ? spentMs : spentUntilMs, waitMs, nowMs);
}

/** Gives the wait that follows a visitor's n-th try: none for the free ones, then 1 s, 2 s, 4 s …. */
export function delayAfter(tries: number): number {
  if (tries < FREE_TRIES) return 0;
  return Math.min(DELAY_MAX_MS, DELAY_FIRST_MS * 2 ** (tries - FREE_TRIES));
}

/** Clears a visitor whose try was right; the allowance counts failures, so it gets that try back. */
export function afterSuccess(state: AttemptState): AttemptState {
  if (state.visitor === null) return state;
  return { visitor: null, spentUntilMs: state.spentUntilMs - TRY_COST_MS };
}

function isForgiven(visitor: VisitorTries | null, nowMs: number): boolean {
  return visitor !== null && nowMs - visitor.lastAtMs >= FORGIVEN_AFTER_MS;
}

function letThrough(visitor: VisitorTries, spentUntilMs: number, nowMs: number) {
  const tries = visitor.tries + 1;
  const retryAfterMs = delayAfter(tries);
  const next = { tries, notBeforeMs: nowMs + retryAfterMs, hasTurn: false, lastAtMs: nowMs };
  return { answer: { allowed: true, retryAfterMs }, state: { visitor: next, spentUntilMs } };
}

/** A turn past the longest wait costs the allowance nothing, else its debt would grow for ever. */
function giveTurn(visitor: VisitorTries, spentUntilMs: number, waitMs: number, nowMs: number) {
  const retryAfterMs = Math.min(waitMs, TURN_WAIT_MAX_MS);
  const next = { ...visitor, notBeforeMs: nowMs + retryAfterMs, hasTurn: true, lastAtMs: nowMs };
  return { answer: { allowed: false, retryAfterMs }, state: { visitor: next, spentUntilMs } };
}
