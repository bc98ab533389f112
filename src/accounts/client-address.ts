import { addressGroup } from "../platform/address-group.ts";
import { visitorHash } from "../platform/keyed-hash.ts";

/** Where better-auth reads a client's address: set by us alone, whatever a client sends. */
export const CLIENT_ADDRESS_HEADER = "Signpost-Client";

/**
 * Gives the stand-in of a client's address that the rate limit may keep: a keyed hash of it, in the
 * form of an IPv6 address since better-auth takes nothing else. IPv6 counts by its /64.
 */
export async function clientStandIn(headers: Headers, secret: string): Promise<string> {
  const address = headers.get("CF-Connecting-IP") ?? "unknown";
  const hashOf = await visitorHash(secret, "accounts");
  const hash = hashOf("address", addressGroup(address));
  return `fd00::${hash.match(/.{4}/g)?.join(":") ?? ""}`;
}
