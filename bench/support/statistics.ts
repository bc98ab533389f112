/** Orders of a sample: the machine is shared, so nothing here is a mean. */

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Gives the value below which a share of the sample lies; NaN for an empty one. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
