/** Tests the gates of addresses as real objects. */

import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import type { AddressGate } from "../../src/gates/address-gate.ts";
import { FREE_TRIES } from "../../src/gates/attempts.ts";
import { FORGIVEN_EACH_MS } from "../../src/gates/guesses.ts";
import { addressGateFor } from "../../src/gates/stub.ts";
import { freshLink } from "./guarded-link.ts";

function freshGate(): Promise<DurableObjectStub<AddressGate>> {
  return addressGateFor(env, freshLink(), crypto.randomUUID());
}

async function allowedOf(gate: DurableObjectStub<AddressGate>, nowMs: number): Promise<number> {
  const guesses = Array.from({ length: 20 }, () => gate.guess(nowMs));
  return (await Promise.all(guesses)).filter(({ allowed }) => allowed).length;
}

describe("the gate of an address", () => {
  it("allows five of twenty simultaneous guesses, also after a restart", async ({ expect }) => {
    const gate = await freshGate();
    const nowMs = Date.now();
    expect(await allowedOf(gate, nowMs)).toBe(FREE_TRIES);
    await evictDurableObject(gate);
    expect(await allowedOf(gate, nowMs)).toBe(0);
    await gate.takeBack();
    expect(await allowedOf(gate, nowMs)).toBe(1);
  });

  it("is the same for every link, and another one for another address", async ({ expect }) => {
    const address = crypto.randomUUID();
    const [one, two] = [freshLink(), freshLink()];
    const idOf = async (link: typeof one, group: string) =>
      (await addressGateFor(env, link, group)).id.toString();
    expect(await idOf(one, address)).toBe(await idOf(two, address));
    expect(await idOf(one, `${address}x`)).not.toBe(await idOf(one, address));
  });

  it("does not bear the address's name", async ({ expect }) => {
    const gate = await addressGateFor(env, freshLink(), "203.0.113.9");
    expect(gate.name).toMatch(/^address:[0-9a-f]{16}$/);
  });

  it("deletes everything by an alarm once it is forgiven", async ({ expect }) => {
    const gate = await freshGate();
    const longAgoMs = Date.now() - FREE_TRIES * FORGIVEN_EACH_MS - 1_000;
    await allowedOf(gate, longAgoMs);
    const entries = () =>
      runInDurableObject(gate, (_gate, state) => [...state.storage.kv.list()].length);
    expect(await entries()).toBe(1);
    expect(await runDurableObjectAlarm(gate)).toBe(true);
    expect(await entries()).toBe(0);
    expect(await runDurableObjectAlarm(gate)).toBe(false);
  });

  it("is kept by its alarm while something is not forgiven", async ({ expect }) => {
    const gate = await freshGate();
    const nowMs = Date.now();
    await allowedOf(gate, nowMs);
    expect(await runDurableObjectAlarm(gate)).toBe(true);
    await runInDurableObject(gate, async (_gate, state) => {
      expect(await state.storage.getAlarm()).toBe(nowMs + FREE_TRIES * FORGIVEN_EACH_MS);
    });
    expect(await allowedOf(gate, nowMs)).toBe(0);
  });
});
