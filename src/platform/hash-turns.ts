/**
 * Lets an isolate compute one password hash at a time. A hash holds the thread for some 150 ms; what
 * came meanwhile is answered before the next, so a redirect waits for one.
 */

import { createTurns } from "./turns.ts";

/** Callers that may wait for their turn. */
export const HASHES_WAITING_MAX = 8;
/** When to send the request again: the waiting hashes take two to three seconds. */
export const BUSY_SECONDS = 2;

/** Thrown when too many hashes wait: the server is busy, and nothing is wrong with the password. */
export class HashingBusy extends Error {}

/** Meters the hashes of this isolate, so that tests can limit what a call costs. */
export const usage = { hashes: 0 };

const turns = createTurns(HASHES_WAITING_MAX, () => new HashingBusy("Too many passwords to hash."));

/**
 * Computes a hash when those before it are done. Throws HashingBusy if `HASHES_WAITING_MAX` callers
 * wait already.
 */
export function inTurn<T>(hash: () => Promise<T>): Promise<T> {
  return turns.inTurn(() => {
    usage.hashes += 1;
    return hash();
  });
}

/** Whether a hash would be refused now. */
export function isHashingBusy(): boolean {
  return turns.isBusy();
}
