/** Returns what counts as one address: a whole IPv4 address, or the /64 of an IPv6 address. */
export function addressGroup(address: string): string {
  if (!address.includes(":")) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  const [front, back] = address.split("::").map((part) => (part === "" ? [] : part.split(":")));
  const groups = front ?? [];
  if (back !== undefined) {
    while (groups.length + back.length < 8) groups.push("0");
    groups.push(...back);
  }
  return groups
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ""))
    .join(":");
}
