/**
 * Divides long work, so that what comes meanwhile is answered in between: the isolate has one
 * thread, and who computes holds it until they wait for something.
 */

/** Waits until all that has come is answered as far as it can be: a new timer is behind it. */
export async function pause(): Promise<void> {
  await scheduler.wait(1);
}

/**
 * Maps items like `Array.prototype.map`, with pauses between slices of a bounded weight. Each item
 * weighs 1, unless `weightOf` tells otherwise; a heavier item is a slice of its own.
 */
export async function mapInSlices<T, R>(
  items: readonly T[],
  sliceWeight: number,
  map: (item: T, at: number) => R,
  weightOf: (item: T) => number = () => 1,
): Promise<R[]> {
  const mapped: R[] = [];
  let weight = 0;
  for (const [at, item] of items.entries()) {
    const added = weightOf(item);
    if (weight > 0 && weight + added > sliceWeight) {
      await pause();
      weight = 0;
    }
    weight += added;
    mapped.push(map(item, at));
  }
  return mapped;
}
