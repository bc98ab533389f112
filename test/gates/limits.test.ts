/** Tests click limits against real gates and Ledgers. */

import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { LOOK_INTERVAL_MS, SETTLING_MS } from "../../src/gates/click-limit.ts";
import type { AdmitRequest } from "../../src/gates/contract.ts";
import { LinkGate } from "../../src/gates/link-gate.ts";
import { gateFor } from "../../src/gates/stub.ts";
import { ledgerFor } from "../../src/ledger/stub.ts";
import { batch, click } from "../ledger/sample-clicks.ts";
import { broken, envWith, withMethod } from "../support/faults.ts";
import { freshLink, type GuardedLink } from "./guarded-link.ts";

const NOW_MS = Date.now();

function asked(link: GuardedLink, max: number, version = 1, since = 1): AdmitRequest {
  return { ...link, version, limit: { max, since } };
}

/** Puts clicks that bypassed the gate into the Ledger. */
async function clickBefore({ linkId, ledger }: GuardedLink, count: number): Promise<void> {
  const clicks = Array.from({ length: count }, () => click({ linkId }));
  await ledgerFor(env, ledger).ingest([batch(clicks)]);
}

/** Requests `count` clicks at once and returns how many were admitted. */
async function admittedOf(count: number, request: AdmitRequest, nowMs = NOW_MS): Promise<number> {
  const gate = gateFor(env, request);
  const asking = Array.from({ length: count }, () => gate.admit(request, nowMs));
  const answers = await Promise.all(asking);
  return answers.filter(({ admitted }) => admitted).length;
}

describe("a click limit", () => {
  it("admits exactly 25 of a hundred simultaneous first clicks", async ({ expect }) => {
    const link = freshLink();
    expect(await admittedOf(100, asked(link, 25))).toBe(25);
    expect(await gateFor(env, link).used(1)).toBe(25);
  });

  it("starts from the human clicks that the Ledger knows", async ({ expect }) => {
    const link = freshLink();
    await clickBefore(link, 75);
    const bots = [click({ linkId: link.linkId, class: "bot" })];
    await ledgerFor(env, link.ledger).ingest([batch(bots)]);
    expect(await admittedOf(100, asked(link, 100))).toBe(25);
    expect(await gateFor(env, link).admit(asked(link, 100), NOW_MS)).toEqual({
      admitted: false,
      used: 100,
    });
  });

  it("keeps its count through a restart", async ({ expect }) => {
    const link = freshLink();
    const gate = gateFor(env, link);
    expect(await admittedOf(7, asked(link, 10))).toBe(7);
    await evictDurableObject(gate);
    expect(await gate.used(1)).toBe(7);
    expect(await admittedOf(7, asked(link, 10))).toBe(3);
  });

  it("obeys the newest route record, and ignores older ones", async ({ expect }) => {
    const link = freshLink();
    expect(await admittedOf(10, asked(link, 5, 1))).toBe(5);
    expect(await admittedOf(10, asked(link, 8, 2))).toBe(3);
    expect(await admittedOf(1, asked(link, 100, 1))).toBe(0);
    expect(await admittedOf(10, asked(link, 3, 3))).toBe(0);
    expect(await admittedOf(10, asked(link, 8, 2))).toBe(0);
    expect(await admittedOf(10, asked(link, 9, 4))).toBe(1);
  });

  it("counts the clicks made while it was removed", async ({ expect }) => {
    const link = freshLink();
    expect(await admittedOf(5, asked(link, 5, 1))).toBe(5);
    await clickBefore(link, 5 + 12);
    expect(await admittedOf(30, asked(link, 20, 3, 3))).toBe(3);
    expect(await gateFor(env, link).used(1)).toBeNull();
    expect(await gateFor(env, link).used(3)).toBe(20);
    expect(await admittedOf(5, asked(link, 100, 1, 1))).toBe(0);
  });

  it("counts clicks that had not reached the Ledger when it was set", async ({ expect }) => {
    const link = freshLink();
    expect(await admittedOf(2, asked(link, 10))).toBe(2);
    await clickBefore(link, 6);
    expect(await admittedOf(1, asked(link, 10), NOW_MS + 1)).toBe(1);
    expect(await gateFor(env, link).used(1)).toBe(3);
    expect(await admittedOf(9, asked(link, 10), NOW_MS + LOOK_INTERVAL_MS)).toBe(4);

    const raised = asked(link, 50, 2);
    expect(await admittedOf(1, raised, NOW_MS + SETTLING_MS)).toBe(1);
    await clickBefore(link, 20);
    expect(await admittedOf(50, raised, NOW_MS + 2 * SETTLING_MS)).toBe(39);
  });

  it("has its gate in the EU when the workspace is in the EU", ({ expect }) => {
    const chosen: string[] = [];
    // The local runtime has no jurisdictions, so the test checks which one is requested.
    const namespace = withMethod(env.LINK_GATE, "jurisdiction", (name) => {
      chosen.push(name);
      return env.LINK_GATE;
    });
    const environment = envWith({ LINK_GATE: namespace });
    gateFor(environment, freshLink());
    expect(chosen).toEqual([]);
    gateFor(environment, freshLink("eu"));
    expect(chosen).toEqual(["eu"]);
  });
});

describe("without the Ledger", () => {
  it("a new limit admits no click", async ({ expect }) => {
    const request = asked(freshLink(), 10);
    await runInDurableObject(gateFor(env, request), async (_, state) => {
      const gate = new LinkGate(state, envWith({ LEDGER: broken(env.LEDGER) }));
      await expect(gate.admit(request, NOW_MS)).rejects.toThrow("broken on purpose");
      expect(gate.used(1)).toBeNull();
    });
    expect(await admittedOf(1, request)).toBe(1);
  });

  it("a limit whose count is known keeps admitting clicks", async ({ expect }) => {
    const request = asked(freshLink(), 10);
    expect(await admittedOf(4, request)).toBe(4);
    await runInDurableObject(gateFor(env, request), async (_, state) => {
      const gate = new LinkGate(state, envWith({ LEDGER: broken(env.LEDGER) }));
      const answer = await gate.admit(request, NOW_MS + LOOK_INTERVAL_MS);
      expect(answer).toEqual({ admitted: true, used: 5 });
    });
  });
});

describe("the cost of a limited click", () => {
  it("is one written row when admitted, and none when refused", async ({ expect }) => {
    const request = asked(freshLink(), 20);
    await runInDurableObject(gateFor(env, request), async (gate: LinkGate) => {
      gate.used(1);
      const costs: number[] = [];
      for (let n = 0; n < 25; n += 1) {
        const before = gate.sql.usage.rowsWritten;
        await gate.admit(request, NOW_MS + n * LOOK_INTERVAL_MS);
        costs.push(gate.sql.usage.rowsWritten - before);
      }
      expect(costs).toEqual([...Array<number>(20).fill(1), ...Array<number>(5).fill(0)]);
    });
  });

  it("includes no written row for waking the gate up", async ({ expect }) => {
    const request = asked(freshLink(), 20);
    const gate = gateFor(env, request);
    await gate.admit(request, NOW_MS);
    await evictDurableObject(gate);
    await runInDurableObject(gate, (woken: LinkGate) => {
      woken.used(1);
      expect(woken.sql.usage.rowsWritten).toBe(0);
    });
  });
});

describe("a purged link", () => {
  it("admits no more clicks, and leaves nothing in its gate a day later", async ({ expect }) => {
    const request = asked(freshLink(), 20);
    const gate = gateFor(env, request);
    expect(await admittedOf(3, request)).toBe(3);
    await gate.forget();
    await gate.forget();
    expect(await gate.used(1)).toBeNull();
    expect(await admittedOf(3, request)).toBe(0);
    expect(await gate.attempt("visitor", NOW_MS)).toMatchObject({ allowed: false });
    await runInDurableObject(gate, async (_, state) => {
      const left = state.storage.sql.exec("SELECT * FROM click_limit").toArray();
      expect(left).toEqual([]);
    });

    expect(await runDurableObjectAlarm(gate)).toBe(true);
    await runInDurableObject(gate, async (_, state) => {
      const tables = state.storage.sql.exec(
        "SELECT name FROM sqlite_schema WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'",
      );
      expect(tables.toArray()).toEqual([]);
      expect(await state.storage.getAlarm()).toBeNull();
    });
    expect(await gate.used(1)).toBeNull();
  });
});
