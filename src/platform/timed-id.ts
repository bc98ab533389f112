/**
 * Batch ids begin with their time, as the redirect makes them: nine digits of base 36. The log is
 * therefore in order of time, and can be walked from any moment on.
 */

/** Gives the first id that a batch made at this time can have. */
export function firstBatchIdAt(atMs: number): string {
  return Math.max(0, Math.floor(atMs)).toString(36).padStart(9, "0");
}
