/** Who counts as one visitor: an address together with a user agent. */

/**
 * Joins the hashes of an address and of a user agent into the 64 bits of their visitor.
 *
 * Both are keyed hashes already, so mixing only has to spread what the two share among visitors.
 */
export function visitorOf(addressHash: string, agentHash: string): string {
  let high = mix(half(addressHash, 0)) ^ half(agentHash, 0);
  let low = mix(half(addressHash, 8)) ^ half(agentHash, 8);
  // Two rounds of a Feistel network: a bijection, so distinct pairs stay as distinct as they were.
  high ^= mix(low);
  low ^= mix(high);
  return digits(high) + digits(low);
}

function half(hash: string, from: number): number {
  return Number.parseInt(hash.slice(from, from + 8), 16) | 0;
}

function digits(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}

/** The finalizer of MurmurHash3. */
function mix(word: number): number {
  let mixed = word;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
