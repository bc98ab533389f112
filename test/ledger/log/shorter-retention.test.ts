/** Tests a retention that a workspace sets shorter than the installation's. */

import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";

import type { Ledger } from "../../../src/ledger/ledger.ts";
import { logPage } from "../../../src/ledger/log/log-export.ts";
import { freshLedger } from "../fresh-ledger.ts";
import { batch, click, DAY } from "../sample-clicks.ts";

describe("a workspace with a shorter retention", () => {
  it("loses expired clicks, keeps its counts, and can restore the default", async ({ expect }) => {
    const stub = freshLedger();
    const now = Date.now();
    await stub.ingest([batch([click({ atMs: now - 9 * DAY })]), batch([click({ atMs: now })])]);
    const kept = () =>
      runInDurableObject(stub, ({ sql }: Ledger) => logPage(sql, null).clicks.length);
    await stub.keepClicksFor(10);
    await runDurableObjectAlarm(stub);
    expect(await kept()).toBe(2);
    await stub.keepClicksFor(7);
    await runDurableObjectAlarm(stub);
    expect(await kept()).toBe(1);
    expect((await stub.totals()).clicks).toBe(2);

    await stub.keepClicksFor(0);
    await stub.ingest([batch([click({ atMs: now })])]);
    await runDurableObjectAlarm(stub);
    expect(await kept()).toBe(0);
    await stub.keepClicksFor(null);
    await stub.ingest([batch([click({ atMs: now })])]);
    expect(await kept()).toBe(1);
    expect((await stub.totals()).clicks).toBe(4);
  });

  it("keeps no clicks longer than the installation does", async ({ expect }) => {
    const stub = freshLedger();
    await stub.keepClicksFor(3_650);
    await stub.ingest([batch([click({ atMs: Date.now() - 400 * DAY })])]);
    await runInDurableObject(stub, ({ sql }: Ledger) => {
      expect(logPage(sql, null).clicks).toEqual([]);
    });
  });
});
