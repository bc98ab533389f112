import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { ALLOCATION_MAX, allocatorFor } from "../../src/codes/code-allocator.ts";
import { usableCodes } from "../../src/codes/code-counter.ts";

describe("CodeAllocator", () => {
  it("never allocates a code twice, even to concurrent callers", async ({ expect }) => {
    const allocator = allocatorFor(env, "parallel.example");
    const batches = await Promise.all(
      Array.from({ length: 50 }, (_, at) => allocator.allocate(1 + (at % 20))),
    );
    const codes = batches.flat();
    expect(codes).toHaveLength(475);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it("resumes its counter after a restart", async ({ expect }) => {
    const allocator = allocatorFor(env, "restart.example");
    const before = await allocator.allocate(100);
    await evictDurableObject(allocator);
    const after = await allocator.allocate(100);
    expect(new Set([...before, ...after]).size).toBe(200);
  });

  it("serves the largest import in one call, and refuses more", async ({ expect }) => {
    const allocator = allocatorFor(env, "bulk.example");
    const codes = await allocator.allocate(ALLOCATION_MAX);
    expect(new Set(codes).size).toBe(ALLOCATION_MAX);
    for (const count of [0, -1, 1.5, ALLOCATION_MAX + 1]) {
      await runInDurableObject(allocator, async (instance) => {
        await expect(instance.allocate(count)).rejects.toThrow(RangeError);
      });
    }
  });

  it("goes on with longer codes where most of the present length are used", async ({ expect }) => {
    const allocator = allocatorFor(env, "border.example");
    await runInDurableObject(allocator, (_instance, state) => {
      state.storage.kv.put("counter", { length: 7, next: usableCodes(7) - 4 });
    });
    await evictDurableObject(allocator);
    const codes = await allocator.allocate(10);
    expect(codes.map(({ length }) => length)).toEqual([7, 7, 7, 7, 8, 8, 8, 8, 8, 8]);
    await evictDurableObject(allocator);
    const after = await allocator.allocate(10);
    expect(after.every(({ length }) => length === 8)).toBe(true);
    expect(new Set([...codes, ...after]).size).toBe(20);
  });

  it("permutes the codes of each domain with a different key", async ({ expect }) => {
    const one = await allocatorFor(env, "one.example").allocate(50);
    const two = await allocatorFor(env, "two.example").allocate(50);
    expect(one.filter((code) => two.includes(code))).toEqual([]);
  });
});
