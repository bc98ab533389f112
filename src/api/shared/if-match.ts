/**
 * Reads `If-Match`: null means no condition, otherwise the resource must have one of the versions.
 */
export function versionsOf(header: string | undefined): number[] | null {
  if (header === undefined || header.trim() === "*") return null;
  // A value that is not one of our versions, such as another server's ETag, matches none.
  return [...header.matchAll(/(?:^|,)\s*(?:W\/)?"(\d{1,15})"\s*(?=,|$)/g)].map(([, version]) =>
    Number(version),
  );
}

export function etagOf(version: number): string {
  return `"${version}"`;
}
