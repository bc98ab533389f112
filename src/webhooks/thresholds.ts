/** The numbers of clicks at which `link.threshold` happens. */

/** The most thresholds of one endpoint. */
export const THRESHOLDS_MAX = 20;
export const THRESHOLD_MAX = 1_000_000_000;

/** For endpoints that choose none. */
const POWERS_OF_TEN = [
  100,
  1_000,
  10_000,
  100_000,
  1_000_000,
  10_000_000,
  100_000_000,
  THRESHOLD_MAX,
];

/** Returns the thresholds of an endpoint that has chosen these. */
export function thresholdsOf(chosen: readonly number[]): readonly number[] {
  return chosen.length === 0 ? POWERS_OF_TEN : chosen;
}

/** Returns thresholds in one form: ascending, without repeats. */
export function normalThresholds(given: readonly number[]): number[] {
  return [...new Set(given)].sort((a, b) => a - b);
}
