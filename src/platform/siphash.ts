/**
 * SipHash-2-4: a keyed 64-bit hash of short texts, cheap enough to compute for every click.
 *
 * WebCrypto's HMAC costs a promise and several objects per text, many times the cost of this hash.
 * Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012).
 */

/** Two 64-bit words as four of 32 bits, the low half of each first. */
export type SipHashKey = readonly [k0l: number, k0h: number, k1l: number, k1h: number];

/** Reads a 16-byte key, little-endian as in the paper. */
export function sipHashKey(bytes: Uint8Array): SipHashKey {
  return [wordAt(bytes, 0), wordAt(bytes, 4), wordAt(bytes, 8), wordAt(bytes, 12)];
}

/** Hashes bytes to 16 hex digits, the most significant first. */
export function sipHash24([k0l, k0h, k1l, k1h]: SipHashKey, bytes: Uint8Array): string {
  // One function with 32-bit locals, because every 64-bit BigInt would be an allocation.
  let v0l = k0l ^ 0x70736575;
  let v0h = k0h ^ 0x736f6d65;
  let v1l = k1l ^ 0x6e646f6d;
  let v1h = k1h ^ 0x646f7261;
  let v2l = k0l ^ 0x6e657261;
  let v2h = k0h ^ 0x6c796765;
  let v3l = k1l ^ 0x79746573;
  let v3h = k1h ^ 0x74656462;
  let spare = 0;
  const last = bytes.length & ~7;
  for (let at = 0; at <= last; at += 8) {
    const ml = wordAt(bytes, at);
    const mh = at < last ? wordAt(bytes, at + 4) : wordAt(bytes, at + 4) | (bytes.length << 24);
    v3l ^= ml;
    v3h ^= mh;
    const rounds = at < last ? 2 : 6;
    for (let round = 0; round < rounds; round++) {
      if (round === 2) {
        v0l ^= ml;
        v0h ^= mh;
        v2l ^= 0xff;
      }
      v0l = (v0l + v1l) | 0;
      v0h = (v0h + v1h + carry(v0l, v1l)) | 0;
      spare = v1l;
      v1l = (v1l << 13) | (v1h >>> 19);
      v1h = (v1h << 13) | (spare >>> 19);
      v1l ^= v0l;
      v1h ^= v0h;
      spare = v0l;
      v0l = v0h;
      v0h = spare;
      v2l = (v2l + v3l) | 0;
      v2h = (v2h + v3h + carry(v2l, v3l)) | 0;
      spare = v3l;
      v3l = (v3l << 16) | (v3h >>> 16);
      v3h = (v3h << 16) | (spare >>> 16);
      v3l ^= v2l;
      v3h ^= v2h;
      v0l = (v0l + v3l) | 0;
      v0h = (v0h + v3h + carry(v0l, v3l)) | 0;
      spare = v3l;
      v3l = (v3l << 21) | (v3h >>> 11);
      v3h = (v3h << 21) | (spare >>> 11);
      v3l ^= v0l;
      v3h ^= v0h;
      v2l = (v2l + v1l) | 0;
      v2h = (v2h + v1h + carry(v2l, v1l)) | 0;
      spare = v1l;
      v1l = (v1l << 17) | (v1h >>> 15);
      v1h = (v1h << 17) | (spare >>> 15);
      v1l ^= v2l;
      v1h ^= v2h;
      spare = v2l;
      v2l = v2h;
      v2h = spare;
    }
    if (at < last) {
      v0l ^= ml;
      v0h ^= mh;
    }
  }
  return digits(v0h ^ v1h ^ v2h ^ v3h) + digits(v0l ^ v1l ^ v2l ^ v3l);
}

/** Reads four bytes, little-endian. Bytes beyond the end are zero. */
function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  );
}

/** Returns the carry of a sum of two 32-bit words: it wrapped if it is below either of them. */
function carry(sum: number, part: number): 0 | 1 {
  return sum >>> 0 < part >>> 0 ? 1 : 0;
}

function digits(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
