/** PVTLNK's format for times and shares. */

/** Returns a time in ISO 8601, in UTC without milliseconds. */
export function wireTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -5)}Z`;
}

/** Returns a time as `wireTime` does; null stays null. */
export function wireTimeOrNull(ms: number | null): string | null {
  return ms === null ? null : wireTime(ms);
}

/** Returns a part as a percentage of the whole, with one decimal; 0 if the whole is 0. */
export function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part * 1_000) / whole) / 10;
}
