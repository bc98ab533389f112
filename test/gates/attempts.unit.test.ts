/** Tests the rules by which visitors may try a link's password. */

import fc from "fast-check";
import { describe, it } from "vitest";

import {
  afterSuccess,
  type Allowance,
  type AttemptState,
  BURST_COST_MS,
  BURST_TRIES,
  DELAY_MAX_MS,
  delayAfter,
  FORGIVEN_AFTER_MS,
  FREE_TRIES,
  LINK_TRIES,
  nextAttempt,
  TRY_COST_MS,
  TURN_WAIT_MAX_MS,
  type VisitorTries,
} from "../../src/gates/attempts.ts";
import type { AttemptAnswer } from "../../src/gates/contract.ts";

const START_MS = Date.UTC(2026, 10, 21);
const UNSPENT: Allowance = { spentUntilMs: 0, burstUntilMs: 0 };

/** Creates a link whose visitors all try wrong passwords. */
function wrongTries() {
  const visitors = new Map<string, VisitorTries>();
  let allowance = UNSPENT;
  return {
    attempt(visitor: string, nowMs: number): AttemptAnswer {
      const before: AttemptState = { visitor: visitors.get(visitor) ?? null, allowance };
      const { answer, state } = nextAttempt(before, nowMs);
      if (state.visitor !== null) visitors.set(visitor, state.visitor);
      ({ allowance } = state);
      return answer;
    },
  };
}

const attempts = (visitorsMax: number) =>
  fc.array(
    fc.record({
      visitor: fc.integer({ min: 1, max: visitorsMax }).map((n) => `visitor-${n}`),
      laterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 60_000 })),
    }),
    { maxLength: 400 },
  );

describe("a visitor", () => {
  it("has five free tries, then waits 1 s, 2 s, 4 s … and never more than 15 min", ({ expect }) => {
    const link = wrongTries();
    const waits: number[] = [];
    let nowMs = START_MS;
    for (let n = 0; n < 18; n += 1) {
      const { allowed, retryAfterMs } = link.attempt("guesser", nowMs);
      expect(allowed).toBe(true);
      waits.push(retryAfterMs / 1_000);
      if (retryAfterMs > 0) {
        const early = link.attempt("guesser", nowMs + retryAfterMs - 1);
        expect(early).toEqual({ allowed: false, retryAfterMs: 1 });
      }
      nowMs += retryAfterMs;
    }
    const doubling = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
    expect(waits).toEqual([0, 0, 0, 0, ...doubling, 900, 900, 900, 900]);
  });

  it("never gets more tries than the delays between them leave room for", () => {
    fc.assert(
      fc.property(attempts(3), (sequence) => {
        const link = wrongTries();
        const allowed = new Map<string, number>();
        let nowMs = START_MS;
        for (const { visitor, laterMs } of sequence) {
          nowMs += laterMs;
          if (!link.attempt(visitor, nowMs).allowed) continue;
          allowed.set(visitor, (allowed.get(visitor) ?? 0) + 1);
        }
        return [...allowed.values()].every((tries) => {
          let neededMs = 0;
          for (let n = 1; n < tries; n += 1) neededMs += delayAfter(n);
          return neededMs <= nowMs - START_MS;
        });
      }),
    );
  });

  it("is not penalised for a try before the wait is over", ({ expect }) => {
    const visitor = {
      tries: FREE_TRIES,
      notBeforeMs: START_MS,
      hasTurn: false,
      lastAtMs: START_MS - 1_000,
    };
    const state: AttemptState = { visitor, allowance: UNSPENT };
    const step = nextAttempt(state, START_MS - 400);
    expect(step.answer).toEqual({ allowed: false, retryAfterMs: 400 });
    expect(step.state).toBe(state);
  });

  it("starts anew after a day away, and after the right password", ({ expect }) => {
    const visitor = { tries: 40, notBeforeMs: 0, hasTurn: false, lastAtMs: START_MS };
    const away = nextAttempt({ visitor, allowance: UNSPENT }, START_MS + FORGIVEN_AFTER_MS);
    expect(away.state.visitor?.tries).toBe(1);
    const almost = nextAttempt({ visitor, allowance: UNSPENT }, START_MS + FORGIVEN_AFTER_MS - 1);
    expect(almost.answer).toEqual({ allowed: true, retryAfterMs: DELAY_MAX_MS });
    const allowance = { spentUntilMs: START_MS, burstUntilMs: START_MS };
    expect(afterSuccess({ visitor, allowance })).toEqual({
      visitor: null,
      allowance: {
        spentUntilMs: START_MS - TRY_COST_MS,
        burstUntilMs: START_MS - BURST_COST_MS,
      },
    });
  });
});

describe("all visitors together", () => {
  it("get five tries at once, and then one turn a second", ({ expect }) => {
    const link = wrongTries();
    for (let n = 0; n < BURST_TRIES; n += 1) {
      expect(link.attempt(`stranger-${n}`, START_MS).allowed).toBe(true);
    }
    const waits = ["a", "b", "c"].map((visitor) => link.attempt(visitor, START_MS));
    expect(waits).toEqual(
      [1, 2, 3].map((turn) => ({ allowed: false, retryAfterMs: turn * BURST_COST_MS })),
    );
    expect(link.attempt("b", START_MS + 2 * BURST_COST_MS).allowed).toBe(true);
  });

  it("get a hundred tries in a row, and then one turn every nine seconds", ({ expect }) => {
    const link = wrongTries();
    let nowMs = START_MS;
    let tries = 0;
    while (link.attempt(`stranger-${tries}`, nowMs).allowed) {
      tries += 1;
      nowMs += BURST_COST_MS;
    }
    // Those that were refilled meanwhile are in it.
    expect(tries).toBe(LINK_TRIES + Math.floor((nowMs - START_MS) / TRY_COST_MS));
    const [first, second] = ["a", "b"].map((visitor) => link.attempt(visitor, nowMs).retryAfterMs);
    expect((second ?? 0) - (first ?? 0)).toBe(TRY_COST_MS);
  });

  it("never get more tries than the allowance, while every turn is within the longest wait", () => {
    fc.assert(
      fc.property(attempts(Math.floor(TURN_WAIT_MAX_MS / TRY_COST_MS)), (sequence) => {
        const link = wrongTries();
        let allowed = 0;
        let nowMs = START_MS;
        return sequence.every(({ visitor, laterMs }) => {
          nowMs += laterMs;
          if (link.attempt(visitor, nowMs).allowed) allowed += 1;
          const passedMs = nowMs - START_MS;
          return (
            allowed <= LINK_TRIES + passedMs / TRY_COST_MS &&
            allowed <= BURST_TRIES + passedMs / BURST_COST_MS
          );
        });
      }),
    );
  });

  it("cannot lock out a visitor who waits as long as told", () => {
    fc.assert(
      fc.property(
        attempts(1_000),
        fc.integer({ min: 0, max: 3_000 }),
        fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 12 }),
        (warmUp, crowd, crowds) => {
          const link = wrongTries();
          let nowMs = START_MS;
          for (const { visitor, laterMs } of warmUp) link.attempt(visitor, (nowMs += laterMs));
          for (let n = 0; n < crowd; n += 1) link.attempt(`early-${n}`, nowMs);
          return crowds.every((others, round) => {
            // First the visitor's own delay, then at most one turn: two waits per try.
            for (let waits = 0; waits <= 2; waits += 1) {
              for (let n = 0; n < others; n += 1) link.attempt(`late-${round}-${n}`, nowMs);
              const { allowed, retryAfterMs } = link.attempt("honest", nowMs);
              if (allowed) return true;
              if (retryAfterMs > DELAY_MAX_MS) return false;
              nowMs += retryAfterMs;
            }
            return false;
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it("do not delay a newcomer soon after a storm of tries", ({ expect }) => {
    const link = wrongTries();
    for (let n = 0; n < 20_000; n += 1) link.attempt(`stranger-${n}`, START_MS);
    expect(link.attempt("early", START_MS)).toEqual({
      allowed: false,
      retryAfterMs: TURN_WAIT_MAX_MS,
    });
    const later = START_MS + TURN_WAIT_MAX_MS + TRY_COST_MS;
    expect(link.attempt("newcomer", later).allowed).toBe(true);
  });
});
