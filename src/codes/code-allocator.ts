/** The Durable Object that allocates automatic short codes, one per domain. */

import { DurableObject } from "cloudflare:workers";

import { placeOf } from "../platform/location.ts";
import { type CodeCounter, FIRST_CODE, takeNumbers } from "./code-counter.ts";
import { aesOf, PERMUTATION_KEY_BYTES, permuteToCodes } from "./permutation.ts";
import { isReserved } from "./reserved.ts";

/** The most codes in one call: as many as an import may have rows. */
export const ALLOCATION_MAX = 10_000;

const NAME_PREFIX = "domain:";

/**
 * Returns the allocator of a domain's codes. The default hosts are the empty domain. No other place
 * knows the object's name.
 */
export function allocatorFor(
  env: Pick<Cloudflare.Env, "CODE_ALLOCATOR" | "LOCATION_HINT">,
  domain: string,
): DurableObjectStub<CodeAllocator> {
  return env.CODE_ALLOCATOR.getByName(`${NAME_PREFIX}${domain}`, placeOf(env));
}

/**
 * Allocates the automatic short codes of one domain: a counter through a permutation whose random
 * key never leaves the object, so codes never repeat and none reveals the next.
 *
 * It does not know custom codes: a caller that finds a code taken asks for another.
 */
export class CodeAllocator extends DurableObject<Cloudflare.Env> {
  readonly #key: Uint8Array;
  #counter: CodeCounter;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    const { kv } = ctx.storage;
    this.#counter = kv.get<CodeCounter>("counter") ?? FIRST_CODE;
    const key = kv.get<Uint8Array>("key");
    this.#key = key ?? crypto.getRandomValues(new Uint8Array(PERMUTATION_KEY_BYTES));
    if (key === undefined) kv.put("key", this.#key);
  }

  /**
   * Returns `count` codes (1 to ALLOCATION_MAX) that it never returned before, and never a reserved
   * word. A code that the caller does not use is lost: callers ask only for links that they expect
   * to make.
   */
  async allocate(count: number): Promise<string[]> {
    if (!Number.isInteger(count) || count < 1 || count > ALLOCATION_MAX) {
      throw new RangeError(`The count of codes must be 1 to ${ALLOCATION_MAX}.`);
    }
    const encrypt = await aesOf(this.#key);
    const codes: string[] = [];
    while (codes.length < count) {
      const { ranges, after } = takeNumbers(this.#counter, count - codes.length);
      this.#counter = after;
      const fresh = ranges.flatMap((range) => permuteToCodes(encrypt, range));
      codes.push(...fresh.filter((code) => !isReserved(code)));
    }
    // Nothing is awaited between reading and writing the counter, so calls cannot interleave. The
    // output gate holds the response until the counter is on disk.
    this.ctx.storage.kv.put("counter", this.#counter);
    return codes;
  }
}
