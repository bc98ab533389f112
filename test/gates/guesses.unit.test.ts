/** Tests how many passwords an address may guess over all links. */

import fc from "fast-check";
import { describe, it } from "vitest";

import { DELAY_MAX_MS, FREE_TRIES } from "../../src/gates/attempts.ts";
import {
  FORGIVEN_EACH_MS,
  forgivenAtMs,
  type Guesses,
  nextGuess,
  NO_GUESSES,
  takeBack,
} from "../../src/gates/guesses.ts";

const START_MS = Date.UTC(2026, 10, 21);

/** Guesses wrong as often as it may, and returns the waits told after each. */
function guessing(times: number): { readonly waits: number[]; readonly guesses: Guesses } {
  let guesses = NO_GUESSES;
  let nowMs = START_MS;
  const waits: number[] = [];
  while (waits.length < times) {
    const next = nextGuess(guesses, nowMs);
    ({ guesses } = next);
    if (next.answer.allowed) waits.push(next.answer.retryAfterMs / 1_000);
    nowMs += next.answer.retryAfterMs;
  }
  return { waits, guesses };
}

describe("an address that guesses", () => {
  it("has five free guesses, then waits 1 s, 2 s, 4 s … and at most 15 min", ({ expect }) => {
    const { waits } = guessing(18);
    expect(waits.slice(0, 12)).toEqual([0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128]);
    expect(Math.max(...waits)).toBeLessThanOrEqual(DELAY_MAX_MS / 1_000);
  });

  it("is not penalised for a guess before the wait is over", ({ expect }) => {
    const { guesses } = guessing(6);
    const early = nextGuess(guesses, guesses.lastAtMs + 1);
    expect(early).toEqual({ answer: { allowed: false, retryAfterMs: 1_999 }, guesses });
    expect(early.guesses).toBe(guesses);
  });

  it("never gets more than five guesses and one for each quarter of an hour and delay", () => {
    const times = fc.array(fc.integer({ min: 0, max: 2 * FORGIVEN_EACH_MS }), { maxLength: 300 });
    fc.assert(
      fc.property(times, (laters) => {
        let guesses = NO_GUESSES;
        let nowMs = START_MS;
        let allowed = 0;
        return laters.every((laterMs) => {
          nowMs += laterMs;
          const next = nextGuess(guesses, nowMs);
          ({ guesses } = next);
          if (next.answer.allowed) allowed += 1;
          // Ten delays double up to 15 min; after them there is one guess in each.
          return allowed <= FREE_TRIES + 11 + (nowMs - START_MS) / FORGIVEN_EACH_MS;
        });
      }),
    );
  });

  it("gains nothing from passwords that it knows", ({ expect }) => {
    let guesses = NO_GUESSES;
    let wrong = 0;
    for (let n = 0; n < 20; n += 1) {
      const guess = nextGuess(guesses, START_MS + n);
      ({ guesses } = guess);
      if (guess.answer.allowed) wrong += 1;
      const known = nextGuess(guesses, START_MS + n);
      if (known.answer.allowed) guesses = takeBack(known.guesses);
    }
    expect(wrong).toBe(FREE_TRIES);
  });

  it("is forgiven one guess each quarter of an hour, and all within hours", ({ expect }) => {
    const { guesses } = guessing(40);
    const doneMs = forgivenAtMs(guesses);
    expect(doneMs - guesses.lastAtMs).toBeLessThanOrEqual(15 * FORGIVEN_EACH_MS);
    const { count, sinceMs } = nextGuess(guesses, doneMs).guesses;
    expect([count, sinceMs]).toEqual([1, doneMs]);
  });

  it("that only ever enters right passwords never waits", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 10_000 }), { maxLength: 200 }), (laters) => {
        let guesses = NO_GUESSES;
        let nowMs = START_MS;
        return laters.every((laterMs) => {
          nowMs += laterMs;
          const next = nextGuess(guesses, nowMs);
          guesses = takeBack(next.guesses);
          return next.answer.allowed;
        });
      }),
    );
  });
});
