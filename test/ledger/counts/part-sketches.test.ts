/** Tests the visitor sketches of rules and variants. */

import { runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { describe, it } from "vitest";

import {
  eachPart,
  encodeParts,
  partSketch,
  storedParts,
  type PartKey,
  type PartSketches,
} from "../../../src/ledger/counts/part-sketches.ts";
import { addVisitor, estimateVisitors } from "../../../src/ledger/counts/sketch.ts";
import { emptyDay, stateStore } from "../../../src/ledger/counts/state-store.ts";
import type { Ledger } from "../../../src/ledger/ledger.ts";
import { freshLedger } from "../fresh-ledger.ts";
import { batch, click, DAY, dateAt, hashOf, NOON } from "../sample-clicks.ts";

function add(held: PartSketches, key: PartKey, ...visitors: readonly number[]): void {
  for (const visitor of visitors) addVisitor(partSketch(held, key), hashOf(visitor));
}

function reopen(held: PartSketches): PartSketches {
  return storedParts(encodeParts(held, [])?.buffer ?? null);
}

function uniques(held: PartSketches): Record<string, number> {
  const all = Array.from(eachPart(held), ([key, sketch]) => [key, estimateVisitors(sketch)]);
  return Object.fromEntries(all) as Record<string, number>;
}

/** Adds 4,000 visitors to a part, more than a sparse sketch holds. */
function fill(held: PartSketches, key: PartKey, from: number): void {
  for (let n = 0; n < 4_000; n++) addVisitor(partSketch(held, key), hashOf(from + n));
}

describe("the visitors of rules and variants", () => {
  it("part sketches are unchanged by encoding and decoding between additions", ({ expect }) => {
    const names = fc.constantFrom<PartKey>("r:a", "r:й😀", "v:a", `v:${"x".repeat(100)}`);
    const additions = fc.array(fc.tuple(names, fc.nat({ max: 50 }), fc.boolean()));
    fc.assert(
      fc.property(additions, (steps) => {
        const expected = new Map<string, Set<number>>();
        let held = storedParts(null);
        for (const [key, visitor, reopens] of steps) {
          add(held, key, visitor);
          expected.set(key, (expected.get(key) ?? new Set()).add(visitor));
          if (reopens) held = reopen(held);
        }
        const sizes = Object.fromEntries(Array.from(expected, ([key, set]) => [key, set.size]));
        expect(uniques(reopen(held))).toEqual(sizes);
      }),
      { seed: 3, numRuns: 100 },
    );
  });

  it("part sketches take no bytes without visitors, and are encoded anew only after a change", ({
    expect,
  }) => {
    const none = storedParts(null);
    expect(encodeParts(none, [])).toBeNull();
    expect(uniques(none)).toEqual({});
    expect(encodeParts(none, [])).toBeNull();
    const held = storedParts(null);
    add(held, "r:a", 1);
    const stored = encodeParts(held, []);
    expect(encodeParts(held, [])).toBe(stored);
    expect(uniques(held)).toEqual({ "r:a": 1 });
    expect(encodeParts(held, [])).toBe(stored);
    add(held, "r:b", 2);
    expect(encodeParts(held, [])).not.toBe(stored);
  });

  it("part sketches lose precision when space runs out, the largest first", ({ expect }) => {
    const held = storedParts(null);
    for (const [from, key] of (["r:a", "r:b", "v:c"] as const).entries()) {
      fill(held, key, from * 10_000);
    }
    add(held, "r:small", 1, 2, 3);
    const fine = encodeParts(held, []);
    expect(fine?.length).toBeGreaterThan(36_000);
    // Four characters of two bytes, and room for 14,000 more.
    const bounded = encodeParts(held, ["й".repeat(4), null], 14_008);
    expect(bounded?.length).toBeLessThanOrEqual(14_000);
    const { "r:small": small, ...large } = uniques(storedParts(bounded?.buffer ?? null));
    expect(small).toBe(3);
    for (const visitors of Object.values(large)) {
      expect(Math.abs(visitors / 4_000 - 1)).toBeLessThan(0.08);
    }
  });

  it("part sketches hold the default rule and a hundred others without loss", ({ expect }) => {
    const held = storedParts(null);
    for (let n = 0; n <= 100; n++) busy(held, `r:${crypto.randomUUID()}`);
    // The texts of a link's row on a day with all the values that visitors can make up.
    const texts = ["x".repeat(650_000)];
    expect(encodeParts(held, texts)?.length).toBe(1 + 101 * (4 + 38 + 12_289));
  });

  /** Fills all registers of a part. */
  function busy(held: PartSketches, key: PartKey): void {
    partSketch(held, key).registers = new Uint8Array(2 ** 14).fill(20);
  }

  it("part sketches keep a row below 2 MB on the worst possible day", async ({ expect }) => {
    const text = (n: number) => String(n).padEnd(100, "x");
    // Signpost generates a rule's id; a variant's id may be any hundred characters.
    const idOf = (n: number) => `3f2b8c1e-0000-4000-8000-${String(n).padStart(12, "0")}`;
    const variantOf = (n: number) => String(n).padEnd(100, "語");
    const stub = freshLedger();
    for (let from = 0; from < 1_100; from += 550) {
      const clicks = Array.from({ length: 550 }, (_, k) => {
        const n = from + k;
        const fields = { city: text(n), browser: text(n), os: text(n), referrer: text(n) };
        return click({ atMs: NOON + n, ...fields, rule: idOf(n), variant: variantOf(n) });
      });
      await stub.ingest([batch(clicks)]);
    }
    await runInDurableObject(stub, ({ sql }: Ledger) => {
      const states = stateStore(sql);
      const state = states.load(1);
      const open = state?.open ?? emptyDay(0);
      expect(state?.variants.size).toBe(1_001);
      const keys = Array.from(eachPart(open.parts), ([key]) => key as PartKey);
      expect(keys).toHaveLength(1_002);
      for (const key of keys) busy(open.parts, key);
      if (state !== null) states.save(state);
      const columns =
        "scope, total, classes, variants, last_at_ms, recent, day, cell, sketch, parts";
      const [row] = sql.run(`SELECT ${columns} FROM state WHERE scope = 1`);
      const bytes = Object.values(row ?? {}).map((value) =>
        value instanceof ArrayBuffer
          ? value.byteLength
          : new TextEncoder().encode(String(value)).length,
      );
      expect(bytes.reduce((sum, n) => sum + n)).toBeLessThan(2_000_000);
    });
  });
});

describe("unique visitors of rules and variants", () => {
  it("a part's visitor is counted on the day of the click, even if the click is delayed", async ({
    expect,
  }) => {
    const ledger = freshLedger();
    const by = (visitor: number, at: number, fields: object) =>
      batch([click({ atMs: at, addressHash: hashOf(visitor), ...fields })]);
    await ledger.ingest([
      by(1, NOON - DAY, { rule: "a" }),
      by(2, NOON, { rule: "a" }),
      by(1, NOON, { variant: "a" }),
      by(3, NOON - DAY, { rule: "a" }),
      by(1, NOON - DAY, { rule: "b" }),
      by(4, NOON - 9 * DAY, { rule: "a" }),
    ]);
    const served = async (from: number, to: number) => {
      const range = { from: dateAt(from), to: dateAt(to) };
      const { rules, variants } = await ledger.detailedLinkReport(1, range);
      const pairs = [...rules.map((one) => ["r", one]), ...variants.map((one) => ["v", one])];
      return (pairs as [string, { id: string; unique: number }][])
        .map(([kind, { id, unique }]) => `${kind}:${id} ${unique}`)
        .sort((a, b) => a.localeCompare(b));
    };
    expect(await served(NOON - DAY, NOON - DAY)).toEqual(["r:a 2", "r:b 1"]);
    expect(await served(NOON, NOON)).toEqual(["r:a 1", "v:a 1"]);
    expect(await served(NOON - 9 * DAY, NOON)).toEqual(["r:a 4", "r:b 1", "v:a 1"]);
  });

  it("a part's visitors over many days are within 2 % of a recount with delayed clicks", async ({
    expect,
  }) => {
    const ledger = freshLedger();
    const visitors = new Map<string, Set<number>>();
    for (let n = 0; n < 24; n++) {
      // Alternates between four days, so that half of the batches are for a day that is over.
      const at = NOON - ((n * 3) % 4) * DAY;
      const clicks = Array.from({ length: 1_000 }, (_, k) => {
        const visitor = (n * 613 + k * 7) % 9_000;
        const rule = `rule-${visitor % 2}`;
        visitors.set(rule, (visitors.get(rule) ?? new Set()).add(visitor));
        return click({
          atMs: at,
          rule,
          addressHash: hashOf(visitor),
          agentHash: hashOf(visitor + 1),
        });
      });
      await ledger.ingest([batch(clicks)]);
    }
    const range = { from: dateAt(NOON - 3 * DAY), to: dateAt(NOON) };
    const { rules } = await ledger.detailedLinkReport(1, range);
    expect(rules.map(({ clicks }) => clicks).reduce((a, b) => a + b)).toBe(24_000);
    for (const { id, unique } of rules) {
      const counted = visitors.get(id)?.size ?? 0;
      expect(counted).toBeGreaterThan(3_500);
      expect(Math.abs(unique / counted - 1)).toBeLessThan(0.02);
    }
  });

  it("(other) has visitors too after a day has reached 500 rules", async ({ expect }) => {
    const ledger = freshLedger();
    const clicks = Array.from({ length: 510 }, (_, n) =>
      click({ rule: `rule-${n}`, addressHash: hashOf(n % 505) }),
    );
    await ledger.ingest([batch(clicks)]);
    const range = { from: dateAt(NOON), to: dateAt(NOON) };
    const { rules } = await ledger.detailedLinkReport(1, range);
    expect(rules).toHaveLength(501);
    expect(rules.at(-1)).toMatchObject({ id: "(other)", clicks: 10, unique: 10 });
  });
});
