/** Limits the rows and round trips of the reports on a whole workspace. */

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { countCall } from "../../bench/worker/calls.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { ledgerFor } from "../../src/ledger/stub.ts";
import { objectIdOf } from "../../src/platform/uuid.ts";
import { batch, click } from "../ledger/sample-clicks.ts";
import { newAccount } from "../support/account.ts";

const LINKS = 60;
/** The most rows read to authenticate the client and to load the workspace's settings. */
const AUTH_ROWS_MAX = 10;

interface Counted {
  readonly report: unknown;
  readonly d1Trips: number;
  readonly d1RowsRead: number;
  readonly ledgerRowsRead: number;
}

/** Creates a workspace whose links were all clicked today; returns a function to call reports. */
async function newWorkspace(): Promise<(path: string) => Promise<Counted>> {
  const { workspace, byToken } = await newAccount();
  const headers = await byToken();
  const rows = Array.from({ length: LINKS }, (_, n) => `https://example.com/${n},Link ${n},"a,b"`);
  await countCall(env, {
    method: "POST",
    path: "/api/links/import",
    headers: { ...headers, "Content-Type": "text/csv" },
    body: `destination_url,title,tags\n${rows.join("\n")}`,
  });
  const { results } = await env.DB.prepare("select id from links where workspace_id = ?")
    .bind(workspace.id)
    .all<{ id: number }>();
  const ledger = ledgerFor(env, workspace.ledger);
  const atMs = Date.now();
  await ledger.ingest([batch(results.map(({ id }) => click({ linkId: id, atMs })))]);
  const rowsRead = async () =>
    await runInDurableObject(ledger, (object: Ledger) => object.sql.usage.rowsRead);

  return async (path) => {
    const before = await rowsRead();
    const asked = path.replace(":workspace", objectIdOf(workspace.uuid));
    const { status, body, answered } = await countCall(env, {
      method: "GET",
      path: asked,
      headers,
    });
    if (status !== 200) throw new Error(body);
    const { d1Trips, d1RowsRead } = answered;
    const ledgerRowsRead = (await rowsRead()) - before;
    return { report: JSON.parse(body), d1Trips, d1RowsRead, ledgerRowsRead };
  };
}

describe("the rows that a workspace's report reads", () => {
  it("are one per link counted in the native overview, and two for its top link", async ({
    expect,
  }) => {
    const call = await newWorkspace();
    const counted = await call("/api/analytics/overview");
    expect(counted.report).toMatchObject({ totalLinks: LINKS, topLink: { clicks: 1 } });
    expect(counted.d1RowsRead).toBeLessThanOrEqual(LINKS + 2 + AUTH_ROWS_MAX);
    expect(counted.d1Trips).toBeLessThanOrEqual(2);
    expect(counted.ledgerRowsRead).toBeLessThanOrEqual(1);
  });

  it("are two per link that RevoLink's report lists", async ({ expect }) => {
    const call = await newWorkspace();
    const counted = await call("/apiv1/links/analytics?workspaceId=:workspace");
    const { links } = counted.report as { readonly links: object };
    expect(Object.keys(links)).toHaveLength(LINKS);
    expect(counted.d1RowsRead).toBeLessThanOrEqual(2 * LINKS + AUTH_ROWS_MAX);
    expect(counted.d1Trips).toBeLessThanOrEqual(3);
  });

  it("are two of D1 and one of the Ledger per link in PVTLNK's overview", async ({ expect }) => {
    const call = await newWorkspace();
    const counted = await call("/api/v1/analytics/overview");
    const { overview } = counted.report as { readonly overview: { top_links: unknown[] } };
    expect(overview.top_links).toHaveLength(10);
    expect(counted.d1RowsRead).toBeLessThanOrEqual(2 * 10 + AUTH_ROWS_MAX);
    expect(counted.d1Trips).toBeLessThanOrEqual(3);
    expect(counted.ledgerRowsRead).toBeLessThanOrEqual(10 + 2);
  });
});
