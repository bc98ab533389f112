/**
 * A keyed bijection over the space of automatic codes: turns the counter 0, 1, 2 … into distinct
 * codes without visible order.
 *
 * It is a Feistel network on pairs of numbers below `HALF`. HALF² is the smallest square that holds
 * the space, so cycle walking back into the space is needed only once in 100,000 times. AES is the
 * round function, called once per round for a whole batch.
 */

/** Without `0 1 i l o`, because codes are read aloud, typed and printed small. */
export const CODE_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz";
export const CODE_LENGTH = 7;

/** The number of automatic codes per domain: 31^7, about 27.5 billion. */
export const CODE_SPACE = CODE_ALPHABET.length ** CODE_LENGTH;
export const PERMUTATION_KEY_BYTES = 16;

const HALF = Math.ceil(Math.sqrt(CODE_SPACE));
const ROUNDS = 10; // as many as FF1, NIST's format-preserving cipher over AES
const BLOCK_BYTES = 16;

/** Encrypts 16-byte blocks independently of each other. */
export type EncryptBlocks = (blocks: Uint8Array) => Uint8Array;

/** Returns AES under a key. Loads node:crypto lazily, since every cold start would pay for it. */
export async function aesOf(key: Uint8Array): Promise<EncryptBlocks> {
  const { createCipheriv } = await import("node:crypto");
  const cipher = createCipheriv("aes-128-ecb", key, null).setAutoPadding(false);
  return (blocks) => cipher.update(blocks);
}

/** Returns the codes of `count` consecutive numbers from `first` on, in order. */
export function permuteToCodes(encrypt: EncryptBlocks, first: number, count: number): string[] {
  if (first < 0 || count < 0 || first + count > CODE_SPACE) {
    throw new RangeError(`Code numbers must be between 0 and ${CODE_SPACE - 1}.`);
  }
  const numbers = Array.from({ length: count }, (_, at) => first + at);
  return permute(encrypt, numbers).map(spell);
}

/** Returns the image of each number. Every number must lie in the code space. */
export function permute(encrypt: EncryptBlocks, numbers: readonly number[]): number[] {
  const images = encipher(encrypt, numbers);
  for (let outside = outsideOf(images); outside.length > 0; outside = outsideOf(images)) {
    const walked = encipher(
      encrypt,
      outside.map((at) => images[at] ?? 0),
    );
    for (const [step, at] of outside.entries()) images[at] = walked[step] ?? 0;
  }
  return images;
}

function outsideOf(numbers: readonly number[]): number[] {
  const outside: number[] = [];
  for (const [at, number] of numbers.entries()) if (number >= CODE_SPACE) outside.push(at);
  return outside;
}

/** Runs the network once: a bijection over the numbers below HALF². */
function encipher(encrypt: EncryptBlocks, numbers: readonly number[]): number[] {
  const lefts = Uint32Array.from(numbers, (number) => Math.floor(number / HALF));
  const rights = Uint32Array.from(numbers, (number) => number % HALF);
  const blocks = new Uint8Array(numbers.length * BLOCK_BYTES);
  const input = new DataView(blocks.buffer);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [at, right] of rights.entries()) {
      input.setUint32(at * BLOCK_BYTES, round);
      input.setUint32(at * BLOCK_BYTES + 4, right);
    }
    const encrypted = encrypt(blocks);
    const output = new DataView(encrypted.buffer, encrypted.byteOffset, encrypted.byteLength);
    for (const [at, left] of lefts.entries()) {
      // 48 bits against a modulus of 18: the bias is far too small to observe.
      const word =
        output.getUint16(at * BLOCK_BYTES) * 2 ** 32 + output.getUint32(at * BLOCK_BYTES + 2);
      const next = (left + word) % HALF;
      lefts[at] = rights[at] ?? 0;
      rights[at] = next;
    }
  }
  return Array.from(lefts, (left, at) => left * HALF + (rights[at] ?? 0));
}

function spell(number: number): string {
  let code = "";
  let rest = number;
  for (let at = 0; at < CODE_LENGTH; at += 1) {
    code = CODE_ALPHABET.charAt(rest % CODE_ALPHABET.length) + code;
    rest = Math.floor(rest / CODE_ALPHABET.length);
  }
  return code;
}
