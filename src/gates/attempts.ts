/**
 * Decides whether a visitor may try a link's password now.
 *
 * Pure. A visitor has a few free tries, after which the wait doubles with each try. All visitors
 * share two allowances of tries that refill with time, a small one that refills quickly and a large
 * one; once either is spent, each visitor is given a turn. A turn stays reserved regardless of other visitors: a visitor who waits until their turn
 * gets a try, so attackers cannot lock out the legitimate visitor.
 */

import { DAY_MS, MINUTE_MS, SECOND_MS } from "../platform/clock.ts";
import type { AttemptAnswer } from "./contract.ts";

export interface VisitorTries {
  /** Tries that were allowed since the last right password. */
  readonly tries: number;
  readonly notBeforeMs: number;
  /** Whether the next try is a turn, which does not spend the link's allowance again. */
  readonly hasTurn: boolean;
  readonly lastAtMs: number;
}

/**
 * The tries that the visitors of a link share. Each try moves these instants forward, the clock
 * catches up with them, and an allowance is spent when its instant is too far ahead of the clock.
 */
export interface Allowance {
  /** Moved by TRY_COST_MS, at most ALLOWANCE_MS ahead. */
  readonly spentUntilMs: number;
  /** Moved by BURST_COST_MS, at most BURST_MS ahead. */
  readonly burstUntilMs: number;
}

export interface AttemptState {
  readonly visitor: VisitorTries | null;
  readonly allowance: Allowance;
}

export const FREE_TRIES = 5;
const DELAY_FIRST_MS = SECOND_MS;
export const DELAY_MAX_MS = 15 * MINUTE_MS;
/** A visitor who makes no try for this long starts anew. */
export const FORGIVEN_AFTER_MS = DAY_MS;

/** The most failed tries of all visitors together within ALLOWANCE_MS. */
export const LINK_TRIES = 100;
const ALLOWANCE_MS = 15 * MINUTE_MS;
export const TRY_COST_MS = ALLOWANCE_MS / LINK_TRIES;
/** The most tries of all visitors at the same moment: each takes 150 ms to compare. */
export const BURST_TRIES = 5;
export const BURST_COST_MS = SECOND_MS;
const BURST_MS = BURST_TRIES * BURST_COST_MS;
/** The longest wait for a turn, regardless of how many visitors wait. */
export const TURN_WAIT_MAX_MS = 5 * MINUTE_MS;

const FRESH: VisitorTries = { tries: 0, notBeforeMs: 0, hasTurn: false, lastAtMs: 0 };

/**
 * Takes one try. Whatever does not change in the state is returned as the same object.
 *
 * A try before `notBeforeMs` changes nothing, so repeated requests cost no write and no more delay.
 */
export function nextAttempt(
  state: AttemptState,
  nowMs: number,
): { readonly answer: AttemptAnswer; readonly state: AttemptState } {
  const visitor = isForgiven(state.visitor, nowMs) ? FRESH : (state.visitor ?? FRESH);
  if (nowMs < visitor.notBeforeMs) {
    return { answer: { allowed: false, retryAfterMs: visitor.notBeforeMs - nowMs }, state };
  }
  const { allowance } = state;
  if (visitor.hasTurn) return letThrough(visitor, allowance, nowMs);
  const charged = charge(allowance, nowMs);
  const waitMs = Math.max(
    charged.spentUntilMs - ALLOWANCE_MS - nowMs,
    charged.burstUntilMs - BURST_MS - nowMs,
  );
  if (waitMs <= 0) return letThrough(visitor, charged, nowMs);
  return giveTurn(visitor, waitMs <= TURN_WAIT_MAX_MS ? charged : allowance, waitMs, nowMs);
}

function charge({ spentUntilMs, burstUntilMs }: Allowance, nowMs: number): Allowance {
  return {
    spentUntilMs: Math.max(spentUntilMs, nowMs) + TRY_COST_MS,
    burstUntilMs: Math.max(burstUntilMs, nowMs) + BURST_COST_MS,
  };
}

/** Returns the wait after a visitor's n-th try: none for the free ones, then 1 s, 2 s, 4 s …. */
export function delayAfter(tries: number): number {
  if (tries < FREE_TRIES) return 0;
  return Math.min(DELAY_MAX_MS, DELAY_FIRST_MS * 2 ** (tries - FREE_TRIES));
}

/** Clears a visitor after the right password and refunds the try: the allowances count failures. */
export function afterSuccess(state: AttemptState): AttemptState {
  if (state.visitor === null) return state;
  const { spentUntilMs, burstUntilMs } = state.allowance;
  return {
    visitor: null,
    allowance: {
      spentUntilMs: spentUntilMs - TRY_COST_MS,
      burstUntilMs: burstUntilMs - BURST_COST_MS,
    },
  };
}

function isForgiven(visitor: VisitorTries | null, nowMs: number): boolean {
  return visitor !== null && nowMs - visitor.lastAtMs >= FORGIVEN_AFTER_MS;
}

function letThrough(visitor: VisitorTries, allowance: Allowance, nowMs: number) {
  const tries = visitor.tries + 1;
  const retryAfterMs = delayAfter(tries);
  const next = { tries, notBeforeMs: nowMs + retryAfterMs, hasTurn: false, lastAtMs: nowMs };
  return { answer: { allowed: true, retryAfterMs }, state: { visitor: next, allowance } };
}

/** A turn past the longest wait is not charged, or the debt would grow without bound. */
function giveTurn(visitor: VisitorTries, allowance: Allowance, waitMs: number, nowMs: number) {
  const retryAfterMs = Math.min(waitMs, TURN_WAIT_MAX_MS);
  const next = { ...visitor, notBeforeMs: nowMs + retryAfterMs, hasTurn: true, lastAtMs: nowMs };
  return { answer: { allowed: false, retryAfterMs }, state: { visitor: next, allowance } };
}
