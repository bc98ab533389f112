import { DurableObject } from "cloudflare:workers";

import { aesOf, PERMUTATION_KEY_BYTES, permuteToCodes } from "./permutation.ts";
import { isReserved } from "./reserved.ts";

/** Codes in one call: the rows that an import may have. */
export const ALLOCATION_MAX = 10_000;

const NAME_PREFIX = "domain:";

/** Gives the allocator of a domain's codes (empty for the default hosts). The only place that knows its name. */
export function allocatorFor(
  env: Pick<Cloudflare.Env, "CODE_ALLOCATOR">,
  domain: string,
): DurableObjectStub<CodeAllocator> {
  return env.CODE_ALLOCATOR.getByName(`${NAME_PREFIX}${domain}`);
}

/**
 * Hands out the automatic short codes of one domain: a counter through a permutation whose random
 * key never leaves the object, so that no two are alike and none tells the next.
 *
 * It does not know custom codes: whoever stores a code that turns out taken asks for another.
 */
export class CodeAllocator extends DurableObject<Cloudflare.Env> {
  readonly #key: Uint8Array;
  #next: number;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    const { kv } = ctx.storage;
    this.#next = kv.get<number>("next") ?? 0;
    const key = kv.get<Uint8Array>("key");
    this.#key = key ?? crypto.getRandomValues(new Uint8Array(PERMUTATION_KEY_BYTES));
    if (key === undefined) kv.put("key", this.#key);
  }

  /**
   * Gives `count` codes (1 to ALLOCATION_MAX) that were never given before; reserved words are
   * skipped. A code that the caller does not use is lost, which 31^7 can bear.
   */
  async allocate(count: number): Promise<string[]> {
    if (!Number.isInteger(count) || count < 1 || count > ALLOCATION_MAX) {
      throw new RangeError(`Ask for 1 to ${ALLOCATION_MAX} codes.`);
    }
    const encrypt = await aesOf(this.#key);
    const codes: string[] = [];
    while (codes.length < count) {
      const missing = count - codes.length;
      const fresh = permuteToCodes(encrypt, this.#next, missing);
      this.#next += missing;
      codes.push(...fresh.filter((code) => !isReserved(code)));
    }
    // No await since the counter was read: nothing can come between, and the output gate holds the
    // answer back until the counter is on disk.
    this.ctx.storage.kv.put("next", this.#next);
    return codes;
  }
}
