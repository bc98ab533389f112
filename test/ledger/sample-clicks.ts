/** Makes clicks as the redirect reports them, and the batches that carry them. */

import type { ClickBatch, LedgerClick } from "../../src/ledger/contract.ts";

export const DAY = 86_400_000;
/**
 * Noon two days ago. Samples start from it, so that they never expire from the log; nothing else
 * in these tests depends on the current time.
 */
export const NOON = Math.floor(Date.now() / DAY) * DAY - 2 * DAY + DAY / 2;

export function dateAt(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

export function click(fields: Partial<LedgerClick> = {}): LedgerClick {
  return {
    linkId: 1,
    atMs: NOON,
    class: "human",
    country: "UA",
    city: "Kyiv",
    device: "mobile",
    browser: "Chrome",
    os: "Android",
    referrer: "example.com",
    rule: null,
    variant: null,
    scan: false,
    addressHash: "00112233445566aa",
    agentHash: "ffeeddccbbaa9900",
    token: null,
    ...fields,
  };
}

/** Makes a batch whose id begins with its time, as the redirect's ids do. */
export function batch(
  clicks: readonly LedgerClick[],
  fields: Partial<ClickBatch> = {},
): ClickBatch {
  const atMs = Math.max(...clicks.map((one) => one.atMs), fields.atMs ?? 0);
  return { id: batchId(atMs), atMs, clicks, lost: 0, ...fields };
}

let batches = 0;

export function batchId(atMs: number): string {
  batches += 1;
  return atMs.toString(36).padStart(9, "0") + batches.toString(16).padStart(20, "0");
}

/** Spreads a small number over all 64 bits, as a keyed hash would. */
export function hashOf(n: number): string {
  let word = Math.imul(n + 1, 0x9e3779b9);
  const next = () => {
    word = Math.imul(word ^ (word >>> 15), 0x85ebca6b) ^ (word << 7);
    return ((word ^ (word >>> 13)) >>> 0).toString(16).padStart(8, "0");
  };
  return next() + next();
}
