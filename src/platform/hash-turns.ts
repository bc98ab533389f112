/**
 * Lets an isolate compute one password hash at a time.
 *
 * A hash holds the thread for some 150 ms, and no redirect of the isolate is answered meanwhile.
 * Between two hashes there is time to answer what came meanwhile, so that a redirect waits for one.
 */

import { SECOND_MS } from "./clock.ts";

/** Callers that may wait for their turn. */
export const HASHES_WAITING_MAX = 8;
/** When to send the request again: the waiting hashes take little more than a second. */
export const BUSY_SECONDS = 2;

/** A request that was cancelled never gives its place back: it is dropped after this time. */
const PLACE_AGE_MS = 10 * SECOND_MS;
const LOOK_AGAIN_MS = 5;
/** Enough for all that waited during a hash, and little beside one. */
const ANSWERING_MS = 25;

/** Thrown when too many hashes wait: the server is busy, and nothing is wrong with the password. */
export class HashingBusy extends Error {}

/** Meters the hashes of this isolate, so that tests can limit what a call costs. */
export const usage = { hashes: 0 };

let places: { readonly takenAtMs: number }[] = [];

/**
 * Computes a hash when those before it are done.
 *
 * Throws HashingBusy if `HASHES_WAITING_MAX` callers wait already. Each caller looks for its turn by
 * a timer of its own, since one request must not wait for the promise of another.
 */
export async function inTurn<T>(hash: () => Promise<T>): Promise<T> {
  const place = { takenAtMs: Date.now() };
  if (isHashingBusy()) throw new HashingBusy("Too many passwords to hash.");
  places.push(place);
  try {
    while (places.includes(place) && places[0] !== place) {
      await scheduler.wait(LOOK_AGAIN_MS);
      dropOldPlaces();
    }
    // Timers count from when the thread was last free, so after a hash the first one is due at once:
    // it lets the runtime look at the clock and at its sockets. What has come then takes several
    // steps to answer, and each would wait for a hash if the next one began between them.
    await scheduler.wait(1);
    await scheduler.wait(ANSWERING_MS);
    usage.hashes += 1;
    return await hash();
  } finally {
    places = places.filter((other) => other !== place);
  }
}

/** Whether a hash would be refused now. */
export function isHashingBusy(): boolean {
  dropOldPlaces();
  return places.length > HASHES_WAITING_MAX;
}

function dropOldPlaces(): void {
  const sinceMs = Date.now() - PLACE_AGE_MS;
  places = places.filter(({ takenAtMs }) => takenAtMs > sinceMs);
}
