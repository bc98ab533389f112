/**
 * Limits the D1 rows that calls read in a workspace of many links: no more than what they ask for.
 * `npm run bench:api` prints the same calls at 100,000 links; the plans of the queries are the same.
 */

import { env } from "cloudflare:workers";
import { beforeAll, describe, it } from "vitest";

import type { CallPlan } from "../../bench/tasks.ts";
import { countCall } from "../../bench/worker/calls.ts";
import { newAccount } from "../support/account.ts";

const LINKS = 3_000;
/** Who asks: the token, its workspace and its membership. */
const ASKER = 8;

let headers: Record<string, string> = {};
let imported = 0;

async function rowsOf(path: string, plan: Partial<CallPlan> = {}): Promise<number> {
  const { status, answered, body } = await countCall(env, {
    method: "GET",
    path,
    headers,
    ...plan,
  });
  if (status >= 300) throw new Error(body);
  return answered.d1RowsRead - ASKER;
}

beforeAll(async () => {
  const account = await newAccount();
  await env.DB.prepare("UPDATE workspaces SET plan = 'enterprise' WHERE id = ?")
    .bind(account.workspace.id)
    .run();
  headers = await account.byToken();
  await rowsOf("/api/links", {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json" },
    body: JSON.stringify({ destinationUrl: "https://example.com", tags: ["old"] }),
  });
  const rows = Array.from({ length: LINKS }, (_, n) => `https://example.com/page/${n},Page ${n}`);
  imported = await rowsOf("/api/links/import", {
    method: "POST",
    headers: { ...headers, "Content-Type": "text/csv" },
    body: `destination_url,title\n${rows.join("\n")}\n`,
  });
}, 120_000);

describe("in a workspace of many links", () => {
  it.for([
    ["the overview", "/api/analytics/overview", 5],
    ["a page", "/api/links?limit=100", 300],
    ["a search that finds nothing", "/api/links?limit=100&q=nowhere-to-be-found", 500],
    ["a search that finds one link", "/api/links?limit=100&q=page/2999", 500],
    ["a search that finds all links", "/api/links?limit=100&q=example.com", 500],
    ["a search by two letters", "/api/links?limit=100&q=pa", 520],
    ["an unknown tag", "/api/links?limit=100&tag=unknown", 10],
    ["a tag of one old link", "/api/links?limit=100&tag=old", 20],
    ["PVTLNK's last page", "/api/v1/links?per_page=100&page=30", 600],
  ] as const)("%s reads what it needs", async ([_name, path, most], { expect }) => {
    const rows = await rowsOf(path);
    expect(rows).toBeLessThanOrEqual(most);
  });

  it("an import reads a few rows a link", ({ expect }) => {
    expect(imported / LINKS).toBeLessThanOrEqual(19);
  });

  it("an export reads a few rows a link", async ({ expect }) => {
    const rows = (await rowsOf("/api/links/export")) / LINKS;
    expect(rows).toBeLessThanOrEqual(3.1);
  });
});
