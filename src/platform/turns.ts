/**
 * Lets an isolate do one piece of heavy work at a time, and answer what came meanwhile before the
 * next: the thread answers no redirect while it works.
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
/** Enough for all that waited for one piece of work. */
const ANSWERING_MS = 25;

/** Creates turns of which so many callers may wait; `refusal` makes what the others get. */
export function createTurns(waitingMax: number, refusal: () => Error): Turns {
  let places: { readonly takenAtMs: number }[] = [];

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
        while (places.includes(place) && places[0] !== place) {
          await scheduler.wait(LOOK_AGAIN_MS);
          dropOldPlaces();
        }
        // Timers count from when the thread was last free, so after heavy work the first one is due
        // at once: it lets the runtime look at the clock and at its sockets. What has come then
        // takes several steps to answer, and each would wait for the next work if that began between
        // them.
        await scheduler.wait(1);
        await scheduler.wait(ANSWERING_MS);
        return await work();
      } finally {
        places = places.filter((other) => other !== place);
      }
    },
  };
}
