/**
 * Limits the rows that reports read from a Ledger that has just woken up, through each dialect's
 * route: one row per day, regardless of the clicks. `npm run bench:report` prints all counts.
 */

import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, it } from "vitest";

import { countCall } from "../../bench/worker/calls.ts";
import { dateOf, dayOf } from "../../src/ledger/counts/day.ts";
import type { LedgerId } from "../../src/ledger/ledger-id.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { ledgerFor } from "../../src/ledger/stub.ts";
import { objectIdOf } from "../../src/platform/uuid.ts";
import { batch, click, DAY, hashOf } from "../ledger/sample-clicks.ts";
import { newAccount } from "../support/account.ts";

const DAYS = 40;
const NOW = Date.now();

interface LinkUnderTest {
  readonly id: number;
  readonly uuid: string;
}

interface Workspace {
  readonly objectId: string;
  readonly ledger: LedgerId;
  readonly headers: Record<string, string>;
  readonly ruled: LinkUnderTest;
  readonly tested: LinkUnderTest;
}

async function call(headers: Record<string, string>, method: string, path: string, body?: object) {
  const sent = { ...headers, "Content-Type": "application/json" };
  const plan = { method, path, headers: sent };
  const answer = await countCall(env, body ? { ...plan, body: JSON.stringify(body) } : plan);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.body}`);
  return JSON.parse(answer.body) as Record<string, unknown>;
}

/** Creates a link with ten rules and one with an A/B test, with daily clicks and conversions. */
async function openWorkspace(): Promise<Workspace> {
  const account = await newAccount();
  const headers = await account.byToken();
  const linkOf = async (fields: object): Promise<LinkUnderTest> => {
    const destinationUrl = "https://example.com/";
    const made = await call(headers, "POST", "/api/links", { destinationUrl, ...fields });
    const uuid = String(made["id"]);
    const row = await env.DB.prepare("select id from links where uuid = ?").bind(uuid).first("id");
    return { id: Number(row), uuid };
  };
  const rules = Array.from({ length: 10 }, (_, n) => ({
    targetUrl: `https://example.com/${n}`,
    device: ["mobile"],
  }));
  const variants = ["a", "b"].map((name) => ({
    name,
    url: `https://example.com/${name}`,
    weight: 1,
  }));
  const ruled = await linkOf({ rules });
  const tested = await linkOf({ abTest: { enabled: true, variants } });
  const { ledger, uuid } = account.workspace;
  await fill(ledger, ruled.id, tested.id);
  return { objectId: objectIdOf(uuid), ledger, headers, ruled, tested };
}

async function fill(id: LedgerId, ruled: number, tested: number): Promise<void> {
  const ledger = ledgerFor(env, id);
  await ledger.trackVisitors(true);
  for (let day = DAYS; day >= 0; day--) {
    const atMs = NOW - day * DAY;
    const clicks = Array.from({ length: 60 }, (_, n) =>
      click({
        atMs,
        linkId: n % 2 === 0 ? ruled : tested,
        rule: n % 2 === 0 ? `rule-${n % 22}` : null,
        variant: n % 2 === 0 ? null : `variant-${n % 4}`,
        addressHash: hashOf(n),
      }),
    );
    const [ingested] = await ledger.ingest([batch(clicks)]);
    const sold = { goalId: 1, atMs, orderId: null, value: 1, currency: "EUR" };
    for (let n = 0; n < 5; n++) {
      const clickId = (ingested?.firstClickId ?? 0) + n;
      await ledger.convert({ ...sold, clue: { kind: "click", clickId } });
    }
  }
}

describe("rows that a Ledger reads", () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await openWorkspace();
  });

  async function rowsRead(pathOf: (of: Workspace) => string): Promise<number> {
    const { ledger, headers } = workspace;
    // Only a running object can be evicted.
    await ledgerFor(env, ledger).totals();
    await evictDurableObject(ledgerFor(env, ledger));
    const usage = () =>
      runInDurableObject(ledgerFor(env, ledger), ({ sql }: Ledger) => sql.usage.rowsRead);
    const before = await usage();
    await call(headers, "GET", pathOf(workspace));
    return (await usage()) - before;
  }

  const today = dayOf(NOW);
  const month = `from=${dateOf(today - 29)}&to=${dateOf(today)}`;
  const revolink = (of: LinkUnderTest, { objectId }: Workspace) =>
    `/apiv1/links/${objectIdOf(of.uuid)}/analytics?workspaceId=${objectId}&${month}`;

  for (const [report, pathOf, rows] of [
    ["native 30 days of a link", ({ ruled }) => `/api/analytics/link/${ruled.uuid}`, 30],
    ["RevoLink's 30 days of a link with ten rules", (of) => revolink(of.ruled, of), 30],
    ["RevoLink's 30 days of a link with an A/B test", (of) => revolink(of.tested, of), 30],
    [
      "RevoLink's 30 days of a workspace",
      ({ objectId }) => `/apiv1/links/analytics?workspaceId=${objectId}&${month}`,
      30,
    ],
    ["PVTLNK's overview, two more for its two links", () => "/api/v1/analytics/overview", 32],
    ["PVTLNK's advanced report", () => "/api/v1/analytics/advanced", 30],
    ["PVTLNK's variants of all time", ({ tested }) => `/api/v1/links/${tested.id}/variants`, 1],
  ] as const satisfies readonly (readonly [string, (of: Workspace) => string, number])[]) {
    it(`are ${rows} for ${report}`, async ({ expect }) => {
      expect(await rowsRead(pathOf)).toBe(rows);
    });
  }
});
