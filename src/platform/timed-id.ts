/**
 * The time in batch ids. The redirect begins each id with its time, as nine digits of base 36, so
 * the click log is in order of time and can be read from any moment on.
 */

/** Returns the lowest id that a batch made at this time can have. */
export function firstBatchIdAt(atMs: number): string {
  return Math.max(0, Math.floor(atMs)).toString(36).padStart(9, "0");
}
