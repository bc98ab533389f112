import { env } from "cloudflare:workers";
import { afterEach, describe, it, vi } from "vitest";

import type { Workspace } from "../../src/access/access.ts";
import { databaseOf } from "../../src/db/database.ts";
import type { LinkContext } from "../../src/links/context.ts";
import { createLink } from "../../src/links/create-link.ts";
import { deleteLink } from "../../src/links/delete-link.ts";
import type { Link } from "../../src/links/link.ts";
import { routeCache } from "../../src/links/route/cache.ts";
import { simulate } from "../../src/links/simulate.ts";
import { linkStore } from "../../src/links/store.ts";
import { updateLink } from "../../src/links/update-link.ts";
import { domainStore } from "../../src/workspaces/domains.ts";
import { releaseDomain } from "../../src/workspaces/release-domain.ts";
import { input, makeLink, newContext, NOW } from "../support/link-context.ts";
import { insertDomain } from "../support/link-rows.ts";
import { newCode } from "../support/native.ts";
import { arrived, newSubscriber, payloadOf } from "../webhooks/client.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** A link on a domain that its workspace has since released, and the domain's next owner. */
async function newScene() {
  const [context, next] = [await newContext(), await newContext()];
  const hostname = `${newCode()}.example`;
  const code = newCode();
  await insertDomain(context.access.workspace.id, hostname);
  const { id } = await makeLink(context, { domain: hostname, code });
  await giveUp(context.access.workspace, hostname);
  await insertDomain(next.access.workspace.id, hostname);
  return { context, next, hostname, code, link: await linkNow(context, id) };
}

async function giveUp(workspace: Workspace, hostname: string): Promise<void> {
  const domains = await domainStore(databaseOf(env.DB), workspace.id).list();
  const domain = domains.find((one) => one.hostname === hostname);
  await releaseDomain({ env, workspace, nowMs: NOW }, domain?.uuid ?? "");
}

async function linkNow({ access }: LinkContext, id: number): Promise<Link> {
  const found = await linkStore(databaseOf(env.DB), access.workspace.id).find({ id });
  if (!found.ok) throw new Error(found.error.reason);
  return found.value;
}

/** Records which addresses with these codes are published: the isolate drops each at once. */
function watchPublished(...codes: readonly string[]): () => string[] {
  const forget = vi.spyOn(routeCache, "forget");
  const isWatched = (key: string) => codes.some((code) => key.endsWith(`/${code}`));
  return () => forget.mock.calls.map(([key]) => key).filter(isWatched);
}

const tombstonesOf = (code: string) =>
  env.DB.prepare("select domain from route_tombstones where code = ?").bind(code).all();

describe("a parked link", () => {
  it("shows its domain in lists, exports and webhooks", async ({ expect }) => {
    const { account, call, link, box } = await newSubscriber();
    const domain = `${newCode()}.example`;
    await insertDomain(account.workspace.id, domain);
    const { id, shortCode } = await link({ domain });
    await giveUp(account.workspace, domain);
    const shortUrl = `https://${domain}/${shortCode}`;
    expect((await call("GET", `/api/links/${id}`)).body).toMatchObject({
      domain,
      shortUrl,
    });
    expect((await call("GET", "/api/links/export")).text).toContain(`${shortUrl},`);
    const pvtlnk = (await call("GET", "/api/v1/links")).text;
    expect(pvtlnk).toContain(`"short_url":"${shortUrl}"`);
    await call("PATCH", `/api/links/${id}`, { title: "Parked" });
    const told = (await arrived(box, 2)).map(payloadOf);
    expect(told.map(({ data }) => data["link"]?.["short_url"])).toEqual([shortUrl, shortUrl]);
  });

  it("leaves its code to the domain's next owner, whose link it never shows", async ({
    expect,
  }) => {
    const { next, hostname, code, link } = await newScene();
    expect(await createLink(next, input({ domain: hostname, code }))).toMatchObject({ ok: true });
    expect(
      (await simulate(env, link, { atMs: NOW } as Parameters<typeof simulate>[2])).decision,
    ).toEqual({
      kind: "refuse",
      reason: "not_found",
    });
  });

  it("is changed without being published, and collides only with its own workspace's links", async ({
    expect,
  }) => {
    const { context, next, hostname, link } = await newScene();
    const code = newCode();
    await createLink(next, input({ domain: hostname, code }));
    const published = watchPublished(code, link.code);
    const renamed = await updateLink(context, { id: link.id }, { code, title: "New" });
    expect(renamed).toMatchObject({
      value: { code, title: "New", domain: null, parkedDomain: hostname },
    });
    expect(published()).toEqual([]);
    expect((await tombstonesOf(link.code)).results).toEqual([{ domain: hostname }]);

    await context.env.DB.prepare("update domains set workspace_id = ? where hostname = ?")
      .bind(context.access.workspace.id, hostname)
      .run();
    const other = await makeLink(context, { domain: hostname });
    await giveUp(context.access.workspace, hostname);
    expect(await updateLink(context, { id: other.id }, { code })).toMatchObject({
      error: { reason: "code_taken", code },
    });
  });

  it("moves to the default hosts, and is published only there", async ({ expect }) => {
    const { context, link, code } = await newScene();
    const published = watchPublished(code);
    expect(await updateLink(context, { id: link.id }, { domain: "" })).toMatchObject({
      value: { domain: "", parkedDomain: null },
    });
    expect(published()).toEqual([`@/${code}`]);
  });

  it("is deleted without a tombstone of an address that now belongs to another workspace", async ({
    expect,
  }) => {
    const { context, link, code } = await newScene();
    await env.DB.prepare("delete from route_tombstones where code = ?").bind(code).run();
    const published = watchPublished(code);
    expect(await deleteLink(context, { id: link.id })).toMatchObject({ ok: true });
    expect(published()).toEqual([]);
    expect((await tombstonesOf(code)).results).toEqual([]);
  });

  it("keeps its place when a second link of its workspace would be parked there", async ({
    expect,
  }) => {
    const { context, hostname, code, link } = await newScene();
    await env.DB.prepare("delete from domains where hostname = ?").bind(hostname).run();
    await insertDomain(context.access.workspace.id, hostname);
    const second = await makeLink(context, { domain: hostname, code });
    await giveUp(context.access.workspace, hostname);
    expect(await linkNow(context, link.id)).toMatchObject({ domain: null, parkedDomain: hostname });
    expect(await linkNow(context, second.id)).toMatchObject({
      domain: hostname,
      parkedDomain: null,
    });
  });
});
