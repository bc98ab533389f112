/** The form of a client's address in which better-auth may store it for its rate limit. */

import { addressGroup } from "../platform/address-group.ts";
import { visitorHash } from "../platform/keyed-hash.ts";

/** The header from which better-auth reads a client's address. Signpost overwrites what is sent. */
export const CLIENT_ADDRESS_HEADER = "Signpost-Client";

/**
 * Returns a pseudonym of the client's address: a keyed hash in the form of an IPv6 address, because
 * better-auth accepts only addresses. IPv6 addresses count by their /64.
 */
export async function clientStandIn(headers: Headers, secret: string): Promise<string> {
  const address = headers.get("CF-Connecting-IP") ?? "unknown";
  const hashOf = await visitorHash(secret, "accounts");
  const hash = hashOf("address", addressGroup(address));
  return `fd00::${hash.match(/.{4}/g)?.join(":") ?? ""}`;
}
