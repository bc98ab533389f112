/**
 * Decides whether an address may guess the password of any link now. Pure.
 *
 * An address has a few free guesses over all links, after which the wait doubles with each. A guess
 * is forgiven with time, one by one: many people may share an address, and none of them is locked
 * out by the others' slips.
 */

import { DELAY_MAX_MS, delayAfter } from "./attempts.ts";
import type { AttemptAnswer } from "./contract.ts";

export interface Guesses {
  /** Wrong guesses, and those that are being compared, less what was forgiven until `sinceMs`. */
  readonly count: number;
  readonly sinceMs: number;
  readonly lastAtMs: number;
}

/** One guess is forgiven in this time, so that an address at its limit has one in it. */
export const FORGIVEN_EACH_MS = DELAY_MAX_MS;
/** With this many, the wait is DELAY_MAX_MS. More would only take longer to forgive. */
const COUNT_MAX = 15;

export const NO_GUESSES: Guesses = { count: 0, sinceMs: 0, lastAtMs: 0 };

/**
 * Takes one guess, which is counted until it turns out to be right.
 *
 * A guess before its time changes nothing, so repeated requests cost no write and no more delay.
 */
export function nextGuess(
  before: Guesses,
  nowMs: number,
): { readonly answer: AttemptAnswer; readonly guesses: Guesses } {
  const { count, sinceMs, lastAtMs } = forgive(before, nowMs);
  const notBeforeMs = lastAtMs + delayAfter(count);
  if (nowMs < notBeforeMs) {
    return { answer: { allowed: false, retryAfterMs: notBeforeMs - nowMs }, guesses: before };
  }
  const next = Math.min(count + 1, COUNT_MAX);
  return {
    answer: { allowed: true, retryAfterMs: delayAfter(next) },
    guesses: { count: next, sinceMs: count === 0 ? nowMs : sinceMs, lastAtMs: nowMs },
  };
}

/** Takes back one guess: it was right, or was not compared. The others stay counted. */
export function takeBack(guesses: Guesses): Guesses {
  return { ...guesses, count: Math.max(guesses.count - 1, 0) };
}

/** Returns when everything will be forgiven. */
export function forgivenAtMs({ count, sinceMs }: Guesses): number {
  return sinceMs + count * FORGIVEN_EACH_MS;
}

function forgive(guesses: Guesses, nowMs: number): Guesses {
  const { count, sinceMs } = guesses;
  const forgiven = Math.min(count, Math.max(0, Math.floor((nowMs - sinceMs) / FORGIVEN_EACH_MS)));
  if (forgiven === 0) return guesses;
  return { ...guesses, count: count - forgiven, sinceMs: sinceMs + forgiven * FORGIVEN_EACH_MS };
}
