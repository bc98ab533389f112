/** Reads network addresses as other programs write them. */

const V4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

/**
 * Returns the address in a text that others wrote down: with a port, in brackets, or first in an
 * X-Forwarded-For list. Null if there is none, such as in `unknown`. An IPv4 address that is mapped
 * into IPv6 becomes itself, in whichever digits.
 */
export function addressIn(text: string): string | null {
  const [first = ""] = text.split(",", 1);
  const bare = first.trim().replace(/^\[([^\]]*)\](?::\d{1,5})?$/, "$1");
  const v4 = bare.replace(/:\d{1,5}$/, "");
  if (V4.test(v4)) return v4;
  const v6 = bare.replace(/%.*$/, "");
  // The URL parser reads IPv6, and writes it in its one form (RFC 5952).
  const url =
    /^[0-9a-f:.]{2,45}$/i.test(v6) && v6.includes(":") ? URL.parse(`http://[${v6}]/`) : null;
  if (url === null) return null;
  const address = url.hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address);
  return mapped === null ? address : quads(mapped[1] ?? "", mapped[2] ?? "");
}

function quads(high: string, low: string): string {
  const numbers = [high, low].map((group) => Number.parseInt(group, 16));
  return numbers.flatMap((number) => [number >> 8, number & 255]).join(".");
}
