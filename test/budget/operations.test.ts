/**
 * Limits the cost of a click and of an API call by counts, which are the same on every machine.
 * `npm run bench:cost` and `bench:api` print all counts; each limit is slightly above theirs.
 */

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { billOf, scaledTo, type Operations } from "../../bench/operations.ts";
import type { RedirectPlan } from "../../bench/tasks.ts";
import { countCall } from "../../bench/worker/calls.ts";
import { countNaive } from "../../bench/worker/naive.ts";
import { countFirstVisits, countRedirects } from "../../bench/worker/redirects.ts";
import type { LedgerId } from "../../src/ledger/ledger-id.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { ledgerFor } from "../../src/ledger/stub.ts";
import { newAccount } from "../support/account.ts";

async function usageOf(ledger: LedgerId) {
  return await runInDurableObject(ledgerFor(env, ledger), (object: Ledger) => ({
    ...object.sql.usage,
  }));
}

async function redirects(plan: Omit<RedirectPlan, "mergedMessages">): Promise<Operations> {
  return await countRedirects(env, { ...plan, mergedMessages: 10 }, usageOf);
}

function dollarsAMillion(counted: Operations): number {
  return billOf(scaledTo(1e6, counted), { redirectMs: 1.5, consumerCallMs: 5 }).total;
}

describe("the billed operations of redirects", () => {
  it("stay few for a hot link", async ({ expect }) => {
    const counted = await redirects({
      workspace: 9_001,
      links: 1,
      clicks: 600,
      clicksPerSecond: 20,
    });
    expect(counted.redirects).toBe(600);
    expect(counted.kvReads).toBeLessThanOrEqual(12);
    expect(counted.messages).toBeLessThanOrEqual(140);
    expect(counted.consumerCalls).toBeLessThanOrEqual(15);
    expect(counted.objectRequests).toBe(counted.consumerCalls);
    expect(counted.objectRowsWritten).toBeLessThanOrEqual(counted.messages + 2 * 15);
    expect(counted.messageBytes / 600).toBeLessThanOrEqual(280);
    expect(dollarsAMillion(counted)).toBeLessThanOrEqual(1);
  });

  it("stay below their target for a thousand links", async ({ expect }) => {
    const counted = await redirects({
      workspace: 9_002,
      links: 1_000,
      clicks: 600,
      clicksPerSecond: 20,
    });
    expect(counted.objectRowsWritten / 600).toBeLessThanOrEqual(1.1);
    expect(dollarsAMillion(counted)).toBeLessThanOrEqual(2.5);
  });

  it("cost at most half of the naive design's even if every click is sent alone", async ({
    expect,
  }) => {
    const naive = dollarsAMillion(await countNaive(env, { clicks: 50, links: 1_000 }));
    const counted = await redirects({
      workspace: 9_003,
      links: 1_000,
      clicks: 100,
      clicksPerSecond: 0.5,
    });
    expect(naive).toBeGreaterThan(8);
    expect(dollarsAMillion(counted)).toBeLessThanOrEqual(naive / 2);
  });

  it("are one KV write and two D1 queries for a link's first visit", async ({ expect }) => {
    const counted = await countFirstVisits(env, { links: 5 });
    expect(counted).toMatchObject({ redirects: 5, kvReads: 5, kvWrites: 5, d1Trips: 10 });
    // Either query reads the link, its workspace and the networks that are not counted.
    expect(counted.d1RowsRead).toBeLessThanOrEqual(5 * 2 * 3);
  });
});

describe("round trips to D1 of the native API", () => {
  const destinationUrl = "https://example.com/landing";
  const links = Array.from({ length: 100 }, () => ({ destinationUrl }));
  const rows = Array.from({ length: 500 }, (_, n) => `https://example.com/${n},"spring,sale"`);
  const csv = `destination_url,tags\n${rows.join("\n")}`;

  for (const [name, path, type, body, tripsMax] of [
    ["one link", "/api/links", "application/json", JSON.stringify({ destinationUrl }), 3],
    ["a hundred links", "/api/links/bulk", "application/json", JSON.stringify({ links }), 6],
    ["an import of 500", "/api/links/import", "text/csv", csv, 6],
  ] as const) {
    it(`are at most ${tripsMax} for ${name}`, async ({ expect }) => {
      const headers = { ...(await (await newAccount()).byToken()), "Content-Type": type };
      const plan = { method: "POST", path, headers, body };
      // An isolate's first request also arms the sweeps, and a token's first records its use.
      await countCall(env, { method: "GET", path: "/api/me", headers });
      const { status, answered } = await countCall(env, plan);
      expect(status).toBeLessThan(300);
      expect(answered.d1Trips).toBeLessThanOrEqual(tripsMax);
    });
  }
});
