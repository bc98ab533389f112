/** How the native API writes times. */

/** Returns a time in ISO 8601, in UTC with milliseconds; null where there is none. */
export function isoOf<Ms extends number | null>(ms: Ms): Ms extends null ? null : string;
export function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
