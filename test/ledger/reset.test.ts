import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { describe, it } from "vitest";

import { freshLedger } from "./fresh-ledger.ts";
import { batch, click, DAY, dateAt, NOON } from "./sample-clicks.ts";

const RANGE = { from: dateAt(NOON - DAY), to: dateAt(Date.now()) };

describe("a link whose counts are reset", () => {
  it("has none of what was before, nor has the workspace, and counts on", async ({ expect }) => {
    const ledger = freshLedger();
    await ledger.ingest([
      batch([click({ atMs: NOON - DAY, variant: "v" }), click({ linkId: 2 })]),
      batch([click({ class: "bot" }), click({ rule: "r", scan: true })]),
    ]);
    await ledger.resetLink(1, NOON - DAY, Date.now());
    expect(await ledger.linkReport(1, RANGE)).toMatchObject({ total: 0, unique: 0, scans: 0 });
    expect(await ledger.linkState(1)).toEqual({ clicks: 0, lastClickAtMs: null, recent: [] });
    expect(await ledger.variantClicks(1)).toEqual([]);
    expect(await ledger.totals()).toMatchObject({
      clicks: 1,
      leaders: [{ linkId: 2, clicks: 1 }],
    });
    expect((await ledger.workspaceReport(RANGE)).classes).toEqual({ human: 1 });

    const after = Date.now() + 1_000;
    await ledger.ingest([batch([click({ atMs: after })])]);
    await evictDurableObject(ledger);
    expect(await ledger.linkTotals([1])).toMatchObject([{ clicks: 1 }]);
    while (await runDurableObjectAlarm(ledger)) {
      if ((await ledger.exportLog(null)).clicks.length === 2) break;
    }
    const { clicks } = await ledger.exportLog(null);
    expect(clicks.map(({ linkId, atMs }) => [linkId, atMs])).toEqual([
      [2, NOON],
      [1, after],
    ]);
  });

  it("counts clicks that were under way as late, and those afterwards", async ({ expect }) => {
    const ledger = freshLedger();
    const askedAtMs = Date.now();
    await ledger.resetLink(1, NOON, askedAtMs);
    await evictDurableObject(ledger);
    await ledger.ingest([
      batch([
        click({ atMs: askedAtMs - 1 }),
        click({ atMs: askedAtMs + 60_000 }),
        click({ linkId: 2 }),
      ]),
    ]);
    expect(await ledger.linkTotals([1, 2])).toMatchObject([{ clicks: 1 }, { clicks: 1 }]);
    const range = { ...RANGE, to: dateAt(askedAtMs + 60_000) };
    expect((await ledger.workspaceReport(range)).classes).toEqual({ human: 2, late: 1 });
  });

  it("is reset once for each time at which it was asked for", async ({ expect }) => {
    const ledger = freshLedger();
    const askedAtMs = Date.now() - 5_000;
    await ledger.resetLink(1, NOON, askedAtMs);
    await ledger.ingest([batch([click({ atMs: Date.now() + 1_000 })])]);
    // The sweep asks again, since the first answer did not arrive.
    await ledger.resetLink(1, NOON, askedAtMs);
    expect(await ledger.linkTotals([1])).toMatchObject([{ clicks: 1 }]);
    await ledger.resetLink(1, NOON, Date.now() + 2_000);
    expect(await ledger.linkTotals([1])).toMatchObject([{ clicks: 0 }]);
  });

  it("can be purged before the log was walked, and stays purged", async ({ expect }) => {
    const ledger = freshLedger();
    await ledger.ingest([batch([click(), click({ linkId: 2 })])]);
    await ledger.resetLink(1, NOON, Date.now());
    await ledger.ingest([batch([click({ atMs: Date.now() + 1_000 })])]);
    await ledger.purgeLink(1, NOON);
    await ledger.resetLink(1, NOON, Date.now() + 5_000);
    expect(await ledger.totals()).toMatchObject({ clicks: 1 });
    await runDurableObjectAlarm(ledger);
    expect((await ledger.exportLog(null)).clicks.map(({ linkId }) => linkId)).toEqual([2]);
    await ledger.ingest([batch([click({ atMs: Date.now() + 9_000 })])]);
    expect(await ledger.linkTotals([1])).toMatchObject([{ clicks: 0 }]);
  });
});
