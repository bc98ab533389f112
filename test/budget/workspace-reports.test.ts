/** Guards what the reports of a whole workspace read, by counts alone. */

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
/** What finding out who asks may take, and the workspace's settings. */
const ROWS_TO_KNOW_WHO = 10;

interface Counted {
  readonly report: unknown;
  readonly d1Trips: number;
  readonly d1RowsRead: number;
  readonly ledgerRowsRead: number;
}

/** Makes a workspace with links that were all clicked on today, and calls its reports. */
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
  const at = Date.now();
  await ledger.ingest([batch(results.map(({ id }) => click({ linkId: id, atMs: at })))]);
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

describe("what a report of a workspace reads", () => {
  it("is a row for each link that the native overview counts, and two for the one it names", async ({
    expect,
  }) => {
    const call = await newWorkspace();
    const counted = await call("/api/analytics/overview");
    expect(counted.report).toMatchObject({ totalLinks: LINKS, topLink: { clicks: 1 } });
    expect(counted.d1RowsRead).toBeLessThanOrEqual(LINKS + 2 + ROWS_TO_KNOW_WHO);
    expect(counted.d1Trips).toBeLessThanOrEqual(2);
    expect(counted.ledgerRowsRead).toBeLessThanOrEqual(1);
  });

  it("is two rows for each link that RevoLink's names", async ({ expect }) => {
    const call = await newWorkspace();
    const counted = await call("/apiv1/links/analytics?workspaceId=:workspace");
    const { links } = counted.report as { readonly links: object };
    expect(Object.keys(links)).toHaveLength(LINKS);
    expect(counted.d1RowsRead).toBeLessThanOrEqual(2 * LINKS + ROWS_TO_KNOW_WHO);
    expect(counted.d1Trips).toBeLessThanOrEqual(3);
  });

  it("is two rows for each of the ten links of PVTLNK's overview, and one of the Ledger's", async ({
    expect,
  }) => {
    const call = await newWorkspace();
    const counted = await call("/api/v1/analytics/overview");
    const { overview } = counted.report as { readonly overview: { top_links: unknown[] } };
    expect(overview.top_links).toHaveLength(10);
    expect(counted.d1RowsRead).toBeLessThanOrEqual(2 * 10 + ROWS_TO_KNOW_WHO);
    expect(counted.d1Trips).toBeLessThanOrEqual(3);
    expect(counted.ledgerRowsRead).toBeLessThanOrEqual(10 + 2);
  });
});
