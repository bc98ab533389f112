/** Identifies a visitor: an address together with a user agent. */

/**
 * Combines the hashes of an address and of a user agent into the visitor's 64-bit hash.
 *
 * Both are keyed hashes already, so mixing only has to spread visitors that share one of them.
 */
export function visitorOf(addressHash: string, agentHash: string): string {
  let high = mix(half(addressHash, 0)) ^ half(agentHash, 0);
  let low = mix(half(addressHash, 8)) ^ half(agentHash, 8);
  // Two rounds of a Feistel network: a bijection, so it adds no collisions.
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
