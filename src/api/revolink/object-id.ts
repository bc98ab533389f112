const OBJECT_ID = /^[0-9a-f]{24}$/;

/** Returns an object id in its canonical (lower-case) form; null for anything else. */
export function parseObjectId(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const lower = value.toLowerCase();
  return OBJECT_ID.test(lower) ? lower : null;
}
