/** Reads `If-Match`: null without a condition, else the versions of which the resource must have one. */
export function versionsOf(header: string | undefined): number[] | null {
  if (header === undefined || header.trim() === "*") return null;
  // What is no version of ours matches none, as another server's ETag would.
  return [...header.matchAll(/(?:^|,)\s*(?:W\/)?"(\d{1,15})"\s*(?=,|$)/g)].map(([, version]) =>
    Number(version),
  );
}

export function etagOf(version: number): string {
  return `"${version}"`;
}
