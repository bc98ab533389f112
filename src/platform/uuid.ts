/**
 * The public forms of an identity: a random UUID, and the object id that RevoLink's clients use,
 * which is the first 24 hex digits of the UUID.
 */

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Returns the canonical (lower-case) form of a UUID, or null for anything else. */
export function parseUuid(text: string): string | null {
  const lower = text.toLowerCase();
  return UUID.test(lower) ? lower : null;
}

export function objectIdOf(uuid: string): string {
  return uuid.replaceAll("-", "").slice(0, 24);
}

/** Returns the hyphenated prefix of UUIDs with this object id; null if it is not an object id. */
export function uuidPrefixOf(objectId: string): string | null {
  const [, ...groups] =
    /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})$/.exec(
      objectId.toLowerCase(),
    ) ?? [];
  return groups.length === 0 ? null : groups.join("-");
}
