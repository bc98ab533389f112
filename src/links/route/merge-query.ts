/** Adds parameters to a destination; one that the destination already has wins. */
export function withQuery(destination: string, query: Iterable<readonly [string, string]>): string {
  const added = [...query];
  if (added.length === 0) return destination;
  const url = new URL(destination);
  const own = new Set(url.searchParams.keys());
  for (const [name, value] of added) {
    if (!own.has(name)) url.searchParams.append(name, value);
  }
  return url.href;
}
