/**
 * One identity in its public forms: a random UUID, and the object id that RevoLink's clients use,
 * which is the UUID's first 24 hex digits.
 */

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Gives the canonical (lower-case) form of a UUID, or null for anything else. */
export function parseUuid(text: string): string | null {
  const lower = text.toLowerCase();
  return UUID.test(lower) ? lower : null;
}

export function objectIdOf(uuid: string): string {
  return uuid.replaceAll("-", "").slice(0, 24);
}

/** Gives how the UUIDs with an object id begin, in their hyphenated form; null for no object id. */
export function uuidPrefixOf(objectId: string): string | null {
  const [, ...groups] =
    /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})$/.exec(
      objectId.toLowerCase(),
    ) ?? [];
  return groups.length === 0 ? null : groups.join("-");
}
