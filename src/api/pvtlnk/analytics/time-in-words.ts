import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../../../platform/clock.ts";

const UNITS = [
  ["second", SECOND_MS, 60],
  ["minute", MINUTE_MS, 60],
  ["hour", HOUR_MS, 24],
  ["day", DAY_MS, Number.POSITIVE_INFINITY],
] as const;

/** Writes a duration in its largest whole unit, to a tenth of it: "2.5 hours". */
export function timeInWords(ms: number): string {
  for (const [unit, unitMs, unitsMax] of UNITS) {
    // Rounded first: 59.97 minutes are an hour rather than 60 minutes.
    const units = Math.round((ms / unitMs) * 10) / 10;
    if (units < unitsMax) return `${units} ${unit}${units === 1 ? "" : "s"}`;
  }
  throw new RangeError(`No words for ${ms} ms.`);
}
