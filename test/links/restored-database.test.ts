/**
 * D1 restored to a time before a workspace and a link were created: their integer ids are reused.
 */

import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { ledgerFor } from "../../src/ledger/stub.ts";
import { batch, click } from "../ledger/sample-clicks.ts";
import { BROWSER, follow, recordingRedirect } from "../support/following.ts";
import { type NativeClient, newNativeClient } from "../support/native.ts";

interface Made {
  readonly client: NativeClient;
  readonly linkId: number;
  readonly code: string;
}

/** Creates a workspace with a link whose limit allows two visits. */
async function newLimited(): Promise<Made> {
  const client = await newNativeClient();
  const { id: uuid, shortCode: code } = await client.link({ clicksLimit: 2 });
  const linkId = await env.DB.prepare("select id from links where uuid = ?").bind(uuid).first("id");
  return { client, code, linkId: Number(linkId) };
}

async function countClicks({ client, linkId }: Made, count: number): Promise<void> {
  const clicks = Array.from({ length: count }, () => click({ linkId }));
  await ledgerFor(env, client.account.workspace.ledger).ingest([batch(clicks)]);
}

async function passedOf({ code }: Made, count: number): Promise<number> {
  const { redirect } = recordingRedirect();
  const headers = { "User-Agent": BROWSER };
  const answers: Response[] = [];
  for (let n = 0; n < count; n += 1) answers.push(await follow(redirect, `/${code}`, { headers }));
  return answers.filter(({ status }) => status === 302).length;
}

/** Removes all that was written for a workspace, and resets the integer ids. */
async function restoreBefore({ client, linkId }: Made): Promise<void> {
  const { id } = client.account.workspace;
  await env.DB.batch([
    env.DB.prepare("delete from tokens where workspace_id = ?").bind(id),
    env.DB.prepare("delete from links where workspace_id = ?").bind(id),
    env.DB.prepare("delete from workspaces where id = ?").bind(id),
    env.DB.prepare("update sqlite_sequence set seq = ? where name = 'links'").bind(linkId - 1),
    env.DB.prepare("update sqlite_sequence set seq = ? where name = 'workspaces'").bind(id - 1),
  ]);
}

describe("a restored database", () => {
  it("gives a new workspace no data of the one that had its integer id", async ({ expect }) => {
    const before = await newLimited();
    await countClicks(before, 7);
    await restoreBefore(before);
    const after = await newLimited();
    expect(after.client.account.workspace.id).toBe(before.client.account.workspace.id);
    const overview = await after.client.call("GET", "/api/analytics/overview");
    expect(overview.body).toMatchObject({ totalLinks: 1, totalClicks: 0 });
  });

  it("gives a new link no count from the gate of the link that had its integer id", async ({
    expect,
  }) => {
    const before = await newLimited();
    expect(await passedOf(before, 3)).toBe(2);
    await restoreBefore(before);
    const after = await newLimited();
    expect(after.linkId).toBe(before.linkId);
    expect(await passedOf(after, 3)).toBe(2);
  });
});
