/**
 * A keyed bijection over the space of automatic codes of one length: turns the counter 0, 1, 2 …
 * into distinct codes without visible order.
 *
 * It is a Feistel network on pairs of numbers below the space's `half`. half² is the smallest square
 * that holds the space, so cycle walking back into the space is rarely needed: for seven letters,
 * once in 100,000 times. AES is the round function, called once per round for a whole batch.
 */

/** Without `0 1 i l o`, because codes are read aloud, typed and printed small. */
export const CODE_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz";
/** The length of a domain's first codes: 31^7 of them, about 27.5 billion. */
export const CODE_LENGTH_MIN = 7;
/** The longest whose numbers are exact. */
export const CODE_LENGTH_MAX = 10;
export const PERMUTATION_KEY_BYTES = 16;

const ROUNDS = 10; // as many as FF1, NIST's format-preserving cipher over AES
const BLOCK_BYTES = 16;

/** Returns the number of codes of a length. */
export function codeSpace(length: number): number {
  return CODE_ALPHABET.length ** length;
}

/** Encrypts 16-byte blocks independently of each other. */
export type EncryptBlocks = (blocks: Uint8Array) => Uint8Array;

/** Returns AES under a key. Loads node:crypto lazily, since every cold start would pay for it. */
export async function aesOf(key: Uint8Array): Promise<EncryptBlocks> {
  const { createCipheriv } = await import("node:crypto");
  const cipher = createCipheriv("aes-128-ecb", key, null).setAutoPadding(false);
  return (blocks) => cipher.update(blocks);
}

/** A run of consecutive numbers of one length. */
export interface CodeRange {
  readonly length: number;
  readonly first: number;
  readonly count: number;
}

/** Returns the codes of a range, in order. */
export function permuteToCodes(encrypt: EncryptBlocks, range: CodeRange): string[] {
  const { length, first, count } = range;
  if (first < 0 || count < 0 || first + count > codeSpace(length)) {
    throw new RangeError(`Code numbers must be between 0 and ${codeSpace(length) - 1}.`);
  }
  const numbers = Array.from({ length: count }, (_, at) => first + at);
  return permute(encrypt, length, numbers).map((number) => spell(number, length));
}

/** Returns the image of each number. Every number must lie in the space of the length. */
export function permute(
  encrypt: EncryptBlocks,
  length: number,
  numbers: readonly number[],
): number[] {
  const space = codeSpace(length);
  const outsideOf = (all: readonly number[]) =>
    all.flatMap((number, at) => (number >= space ? [at] : []));
  const images = encipher(encrypt, length, numbers);
  for (let outside = outsideOf(images); outside.length > 0; outside = outsideOf(images)) {
    const walked = encipher(
      encrypt,
      length,
      outside.map((at) => images[at] ?? 0),
    );
    for (const [step, at] of outside.entries()) images[at] = walked[step] ?? 0;
  }
  return images;
}

/** Runs the network once: a bijection over the numbers below half². */
function encipher(encrypt: EncryptBlocks, length: number, numbers: readonly number[]): number[] {
  const half = Math.ceil(Math.sqrt(codeSpace(length)));
  const lefts = Uint32Array.from(numbers, (number) => Math.floor(number / half));
  const rights = Uint32Array.from(numbers, (number) => number % half);
  const blocks = new Uint8Array(numbers.length * BLOCK_BYTES);
  const input = new DataView(blocks.buffer);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [at, right] of rights.entries()) {
      input.setUint32(at * BLOCK_BYTES, round);
      input.setUint32(at * BLOCK_BYTES + 4, right);
      // Each length is permuted independently of the others.
      input.setUint32(at * BLOCK_BYTES + 8, length);
    }
    const encrypted = encrypt(blocks);
    const output = new DataView(encrypted.buffer, encrypted.byteOffset, encrypted.byteLength);
    for (const [at, left] of lefts.entries()) {
      // 48 bits against a modulus of at most 25: the bias is far too small to observe.
      const word =
        output.getUint16(at * BLOCK_BYTES) * 2 ** 32 + output.getUint32(at * BLOCK_BYTES + 2);
      const next = (left + word) % half;
      lefts[at] = rights[at] ?? 0;
      rights[at] = next;
    }
  }
  return Array.from(lefts, (left, at) => left * half + (rights[at] ?? 0));
}

function spell(number: number, length: number): string {
  let code = "";
  let rest = number;
  for (let at = 0; at < length; at += 1) {
    code = CODE_ALPHABET.charAt(rest % CODE_ALPHABET.length) + code;
    rest = Math.floor(rest / CODE_ALPHABET.length);
  }
  return code;
}
