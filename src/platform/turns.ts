/**
 * Lets an isolate do one piece of heavy work at a time, and rest as long before the next: while it
 * works the thread answers nothing, and what came meanwhile takes several steps to answer, each of
 * which would wait for the next work if that began between them.
 */

import { SECOND_MS } from "./clock.ts";

export interface Turns {
  /**
   * Does the work when what came before it is done. Throws if too many callers wait already. Each
   * caller looks for its turn by a timer of its own, since one request must not wait for the promise
   * of another.
   */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** Whether work would be refused now. */
  isBusy(): boolean;
}

/** A request that was cancelled never gives its place back: it is dropped after this time. */
const PLACE_AGE_MS = 10 * SECOND_MS;
const LOOK_AGAIN_MS = 5;
/** The longest rest. */
const REST_MS_MAX = 500;

/** Creates turns of which so many callers may wait; `refusal` makes what the others get. */
export function createTurns(waitingMax: number, refusal: () => Error): Turns {
  let places: { readonly takenAtMs: number }[] = [];
  let restsUntilMs = 0;

  function dropOldPlaces(): void {
    const sinceMs = Date.now() - PLACE_AGE_MS;
    places = places.filter(({ takenAtMs }) => takenAtMs > sinceMs);
  }

  function isBusy(): boolean {
    dropOldPlaces();
    return places.length > waitingMax;
  }

  return {
    isBusy,
    async inTurn(work) {
      const place = { takenAtMs: Date.now() };
      if (isBusy()) throw refusal();
      places.push(place);
      try {
        while (places.includes(place) && (places[0] !== place || Date.now() < restsUntilMs)) {
          await scheduler.wait(LOOK_AGAIN_MS);
          dropOldPlaces();
        }
        // A new timer is behind all that has come already.
        await scheduler.wait(1);
        const startMs = Date.now();
        try {
          return await work();
        } finally {
          // The clock stands still while the thread works.
          await scheduler.wait(1);
          const endMs = Date.now();
          restsUntilMs = endMs + Math.min(endMs - startMs, REST_MS_MAX);
        }
      } finally {
        places = places.filter((other) => other !== place);
      }
    },
  };
}
