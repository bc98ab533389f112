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

/**
 * Whether a client already has a version, by its `If-None-Match`. Only for GET: the answer is then
 * 304 without a body.
 */
export function hasVersion(header: string | undefined, version: number): boolean {
  if (header === undefined) return false;
  return header.trim() === "*" || (versionsOf(header) ?? []).includes(version);
}
