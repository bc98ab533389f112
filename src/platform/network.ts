/** Cuts addresses down to the networks that they are in. */

import { groupsOf, mappedV4 } from "./address-group.ts";

/**
 * Returns the network of an address, such as `203.0.113.0/24`: its first bits, and zeros. Null if the
 * address has fewer bits. Takes IPv4, and IPv6 in any spelling.
 */
export function networkOf(address: string, bits: number): string | null {
  const v4 = address.includes(":") ? mappedV4(address) : address;
  if (v4 !== null) return bits > 32 ? null : cut(v4.split(".").map(Number), bits, 8, ".");
  const groups = groupsOf(address).map((group) => Number.parseInt(group, 16));
  return cut(groups, bits, 16, ":");
}

function cut(groups: readonly number[], bits: number, width: number, separator: "." | ":"): string {
  const kept = groups.map((group, at) => {
    const own = Math.min(Math.max(bits - at * width, 0), width);
    const masked = (group >> (width - own)) << (width - own);
    return masked.toString(width === 8 ? 10 : 16);
  });
  return `${kept.join(separator)}/${bits}`;
}
