/**
 * Decides which network addresses belong to the public internet: the deny list of safe-fetch.
 *
 * IPv4 is public unless a row denies it. IPv6 is public only inside 2000::/3 and outside its own
 * rows, so that every form that wraps an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo) is
 * refused.
 */

const DENIED_V4 = [
  "0.0.0.0/8", // this network
  "10.0.0.0/8", // private
  "100.64.0.0/10", // carrier-grade NAT
  "127.0.0.0/8", // loopback
  "169.254.0.0/16", // link-local, including the metadata services of cloud providers
  "172.16.0.0/12", // private
  "192.0.0.0/24", // protocol assignments
  "192.0.2.0/24", // documentation
  "192.88.99.0/24", // 6to4 relays
  "192.168.0.0/16", // private
  "198.18.0.0/15", // benchmarks
  "198.51.100.0/24", // documentation
  "203.0.113.0/24", // documentation
  "224.0.0.0/4", // multicast
  "240.0.0.0/4", // reserved, and the broadcast address
].map(parseBlock);

const PUBLIC_V6 = parseBlock("2000::/3");

const DENIED_V6 = [
  "2001::/23", // protocol assignments: Teredo, ORCHID, benchmarks
  "2001:db8::/32", // documentation
  "2002::/16", // 6to4
  "3fff::/20", // documentation
].map(parseBlock);

interface Block {
  readonly bytes: Uint8Array;
  readonly prefixLength: number;
}

/** Whether a host, as `URL.hostname` writes it, is an address and not a name. */
export function isAddress(hostname: string): boolean {
  return hostname.startsWith("[") || parseV4(hostname) !== null;
}

/**
 * Whether an address is public. Takes any notation that `new URL` understands, and IPv6 with or
 * without brackets. Text that is not an address is not public.
 */
export function isPublicAddress(text: string): boolean {
  const bytes = parseAddress(text);
  if (bytes === null) return false;
  if (bytes.length === 4) return !DENIED_V4.some((block) => contains(block, bytes));
  return contains(PUBLIC_V6, bytes) && !DENIED_V6.some((block) => contains(block, bytes));
}

function contains({ bytes, prefixLength }: Block, address: Uint8Array): boolean {
  return bytes.every((byte, at) => {
    const bits = Math.min(Math.max(prefixLength - at * 8, 0), 8);
    return ((byte ^ (address[at] ?? 0)) & (0xff << (8 - bits)) & 0xff) === 0;
  });
}

function parseBlock(text: string): Block {
  const [address = "", prefixLength] = text.split("/");
  const bytes = parseAddress(address);
  if (bytes === null) throw new Error(`${text} is not a block of addresses.`);
  return { bytes, prefixLength: Number(prefixLength) };
}

function parseAddress(text: string): Uint8Array | null {
  const bare = text.replace(/^\[(.*)\]$/, "$1");
  // `fetch` uses the same URL parser, so its reading of a notation is the one that counts.
  const hostname = URL.parse(
    bare.includes(":") ? `http://[${bare}]/` : `http://${bare}/`,
  )?.hostname;
  if (hostname === undefined) return null;
  return hostname.startsWith("[") ? parseV6(hostname.slice(1, -1)) : parseV4(hostname);
}

function parseV4(hostname: string): Uint8Array | null {
  return /^\d+(?:\.\d+){3}$/.test(hostname) ? Uint8Array.from(hostname.split("."), Number) : null;
}

/** Reads the URL parser's own form: hexadecimal groups, with `::` for the longest run of zeros. */
function parseV6(hostname: string): Uint8Array {
  const [head = "", tail] = hostname.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
  const groups = [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}
