/** Returns what counts as one address: a whole IPv4 address, or the /64 of an IPv6 address. */
export function addressGroup(address: string): string {
  if (!address.includes(":")) return address;
  return mappedV4(address) ?? groupsOf(address).slice(0, 4).join(":");
}

/** Returns the IPv4 address that an IPv6 address stands for; null for a real one. */
export function mappedV4(address: string): string | null {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? null;
}

/** Returns the eight groups of an IPv6 address, in lower case and without leading zeros. */
export function groupsOf(address: string): string[] {
  const [front, back] = address.split("::").map((part) => (part === "" ? [] : part.split(":")));
  const groups = front ?? [];
  if (back !== undefined) {
    while (groups.length + back.length < 8) groups.push("0");
    groups.push(...back);
  }
  return groups.map((group) => group.toLowerCase().replace(/^0+(?=.)/, ""));
}
