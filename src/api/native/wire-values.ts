/** The native API's format for times. */

/** Returns a time in ISO 8601, in UTC with milliseconds; null stays null. */
export function isoOf<Ms extends number | null>(ms: Ms): Ms extends null ? null : string;
export function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
