/** Tests password tries against real gates. */

import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { attemptStore } from "../../src/gates/attempt-store.ts";
import {
  BURST_COST_MS,
  BURST_TRIES,
  FORGIVEN_AFTER_MS,
  FREE_TRIES,
  LINK_TRIES,
  nextAttempt,
} from "../../src/gates/attempts.ts";
import type { LinkGate } from "../../src/gates/link-gate.ts";
import { gateFor } from "../../src/gates/stub.ts";
import { freshLink } from "./guarded-link.ts";

const NOW_MS = Date.now();

function freshGate(): DurableObjectStub<LinkGate> {
  return gateFor(env, freshLink());
}

async function allowedOf(
  gate: DurableObjectStub<LinkGate>,
  visitors: readonly string[],
  nowMs = NOW_MS,
): Promise<number> {
  const answers = await Promise.all(visitors.map((visitor) => gate.attempt(visitor, nowMs)));
  return answers.filter(({ allowed }) => allowed).length;
}

function visitorRows(state: DurableObjectState): Record<string, SqlStorageValue>[] {
  return state.storage.sql.exec("SELECT visitor FROM password_tries ORDER BY visitor").toArray();
}

describe("password tries", () => {
  it("of twenty simultaneous tries by one visitor, five are allowed", async ({ expect }) => {
    const gate = freshGate();
    expect(await allowedOf(gate, Array<string>(20).fill("guesser"))).toBe(FREE_TRIES);
    expect(await allowedOf(gate, ["another visitor"], NOW_MS + BURST_COST_MS)).toBe(1);
  });

  it("of three hundred simultaneous tries by a crowd, five are allowed", async ({ expect }) => {
    const crowd = Array.from({ length: 300 }, (_, n) => `visitor-${n}`);
    expect(await allowedOf(freshGate(), crowd)).toBe(BURST_TRIES);
  });

  it("wrong tries are remembered through a restart", async ({ expect }) => {
    const gate = freshGate();
    expect(await allowedOf(gate, Array<string>(4).fill("guesser"))).toBe(4);
    await evictDurableObject(gate);
    expect(await allowedOf(gate, Array<string>(4).fill("guesser"))).toBe(1);
    expect(await gate.attempt("guesser", NOW_MS + 1_000)).toEqual({
      allowed: true,
      retryAfterMs: 2_000,
    });
  });

  it("the right password clears the wrong tries of that visitor only", async ({ expect }) => {
    const gate = freshGate();
    const laterMs = NOW_MS + BURST_TRIES * BURST_COST_MS;
    expect(await allowedOf(gate, Array<string>(5).fill("owner"))).toBe(5);
    expect(await allowedOf(gate, Array<string>(5).fill("guesser"), laterMs)).toBe(5);
    await gate.succeeded("owner");
    expect(await gate.attempt("owner", laterMs)).toEqual({ allowed: true, retryAfterMs: 0 });
    expect(await allowedOf(gate, ["guesser"], laterMs)).toBe(0);
  });

  it("tries with the right password do not spend the allowance", async ({ expect }) => {
    const gate = freshGate();
    await runInDurableObject(gate, async (instance: LinkGate) => {
      for (let n = 0; n < 2 * LINK_TRIES; n += 1) {
        expect(await instance.attempt(`visitor-${n}`, NOW_MS)).toMatchObject({ allowed: true });
        instance.succeeded(`visitor-${n}`);
      }
    });
  });

  it("a try writes at most two rows, and none when it comes too early", async ({ expect }) => {
    await runInDurableObject(freshGate(), async (gate: LinkGate) => {
      gate.used(1);
      const { usage } = gate.sql;
      const before = usage.rowsWritten;
      for (let n = 0; n < FREE_TRIES; n += 1) await gate.attempt("guesser", NOW_MS);
      expect(usage.rowsWritten - before).toBeLessThanOrEqual(2 * FREE_TRIES);
      const counted = usage.rowsWritten;
      for (let n = 0; n < 50; n += 1) await gate.attempt("guesser", NOW_MS);
      expect(usage.rowsWritten).toBe(counted);
    });
  });

  it("a try is refused when its visitor key is too long to be a hash", async ({ expect }) => {
    await runInDurableObject(freshGate(), async (gate: LinkGate) => {
      await expect(gate.attempt("x".repeat(65), NOW_MS)).rejects.toThrow(RangeError);
    });
  });
});

describe("the memory of tries", () => {
  it("is pruned by an alarm once a day has passed", async ({ expect }) => {
    const gate = freshGate();
    await gate.attempt("long ago", NOW_MS - FORGIVEN_AFTER_MS - 60_000);
    await gate.attempt("recent", NOW_MS - 60_000);
    expect(await runDurableObjectAlarm(gate)).toBe(true);
    await runInDurableObject(gate, async (_, state) => {
      expect(visitorRows(state)).toEqual([{ visitor: "recent" }]);
      expect(await state.storage.getAlarm()).toBe(NOW_MS - 60_000 + FORGIVEN_AFTER_MS);
    });
  });

  it("needs no alarm once it is empty, and sets one again for the next visitor", async ({
    expect,
  }) => {
    const gate = freshGate();
    await gate.attempt("long ago", NOW_MS - FORGIVEN_AFTER_MS - 60_000);
    expect(await runDurableObjectAlarm(gate)).toBe(true);
    expect(await runDurableObjectAlarm(gate)).toBe(false);
    await gate.attempt("recent", NOW_MS);
    expect(await runDurableObjectAlarm(gate)).toBe(true);
  });

  it("holds a bounded number of visitors, the most recent ones", async ({ expect }) => {
    await runInDurableObject(freshGate(), (gate: LinkGate, state) => {
      gate.used(1);
      const store = attemptStore(gate.sql, 100);
      for (let n = 0; n < 1_000; n += 1) {
        const before = store.load(`visitor-${n}`);
        store.save(`visitor-${n}`, before, nextAttempt(before, NOW_MS + n).state);
        expect(visitorRows(state).length).toBeLessThanOrEqual(100);
      }
      const rows = visitorRows(state).map(({ visitor }) => visitor);
      expect(rows.length).toBeGreaterThanOrEqual(90);
      expect(rows).toContain("visitor-999");
      expect(rows).not.toContain("visitor-899");
    });
  });
});
