/** How PVTLNK writes times and shares. */

/** Writes a time: ISO 8601 in UTC, without milliseconds. */
export function wireTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -5)}Z`;
}

/** The same, where there may be none. */
export function wireTimeOrNull(ms: number | null): string | null {
  return ms === null ? null : wireTime(ms);
}

/** Gives a part in per cent of a whole, with one decimal; of nothing it is 0. */
export function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part * 1_000) / whole) / 10;
}
