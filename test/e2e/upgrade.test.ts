/**
 * An installation lives through an upgrade and a rollback. Cloudflare replaces Durable Objects some
 * minutes after the Worker, and a rollback may leave either behind: so each Worker works with the
 * objects of both releases, and each release with what the other has stored.
 */

import { afterAll, beforeAll, describe, it, vi } from "vitest";

import { objectIdOf } from "../../src/platform/uuid.ts";
import { type Manifest, readBundle, readManifest } from "../../tools/last-release.ts";
import { bundleRelease, objectMethods } from "../../tools/release-bundle.ts";
import type { ReceivedPost } from "../support/received-post.ts";
import { startReceiver, type Receiver } from "./support/receiver.ts";
import {
  allMigrations,
  installation,
  type Installation,
  type Sent,
  WORKSPACE_UUID,
} from "./support/upgrading.ts";

const VISITOR = {
  "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
  accept: "text/html",
  "cf-connecting-ip": "203.0.113.7",
};
const DESTINATION = "https://example.com/landing";
const PASSWORD = "open sesame";
const LIMIT = 2;
/** The first link of an installation. */
const HOT_NUMBER = 1;
const SOON = { timeout: 20_000, interval: 100 };

const STAGES = [
  { name: "the last release", worker: "last", objects: "last" },
  {
    name: "the new Worker, while the objects are the last release's",
    worker: "new",
    objects: "last",
  },
  { name: "the new release", worker: "new", objects: "new" },
  { name: "the last Worker, rolled back before its objects", worker: "last", objects: "new" },
  { name: "the last release again", worker: "last", objects: "last" },
] as const;

interface Release {
  readonly code: string;
  readonly methods: Manifest["methods"];
}

let site: Installation;
let receiver: Receiver;
let releases: Readonly<Record<"last" | "new", Release>>;
let token: string;
/** What the first stage made, and every stage works with. */
let hot: Record<string, string>;
let limited: Record<string, string>;
let webhook: string;
let goalUrl: string;
let clicks = 0;

function run(worker: "last" | "new", objects: "last" | "new"): Promise<void> {
  const { code, methods } = releases[objects];
  return site.run({ worker: releases[worker].code, objects: code, methods });
}

async function api<Answer = Record<string, string>>(
  route: string,
  sent: Sent = {},
): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await site.ask(route, { ...sent, headers: { ...headers, ...sent.headers } });
  if (answer.status >= 300) throw new Error(`${route} answered ${answer.status}: ${answer.text}`);
  return JSON.parse(answer.text) as Answer;
}

/** Makes a link with a code of the allocator. */
function createLink(fields: object = {}): Promise<Record<string, string>> {
  return api("/api/links", { method: "POST", body: { destinationUrl: DESTINATION, ...fields } });
}

async function visit({ shortCode }: Record<string, string>): Promise<string> {
  const { status, location } = await site.ask(`/${shortCode}`, { headers: VISITOR });
  return `${status} ${location}`;
}

/** Tries a password from an address of the stage's own: each has few guesses. */
async function enter(
  { shortCode }: Record<string, string>,
  password: string,
  stage: number,
): Promise<string> {
  const headers = { ...VISITOR, "cf-connecting-ip": `203.0.113.${100 + stage}` };
  const body = new URLSearchParams({ password });
  const { status, location } = await site.ask(`/${shortCode}`, { method: "POST", headers, body });
  return `${status} ${location}`;
}

/** Events of one kind that the endpoint has received, each with its data. */
async function posts(event: string): Promise<Record<string, unknown>[]> {
  const response = await fetch(`${receiver.origin}/upgrade`);
  return ((await response.json()) as ReceivedPost[])
    .map(({ body }) => JSON.parse(body) as Record<string, unknown>)
    .filter((post) => post["type"] === event || post["event"] === event);
}

beforeAll(async () => {
  [receiver, site] = await Promise.all([startReceiver(), installation()]);
  const { migrations, methods } = await readManifest();
  releases = {
    last: { code: await readBundle(), methods },
    new: { code: await bundleRelease(), methods: await objectMethods() },
  };
  await run("last", "last");
  await site.migrate(Object.keys(migrations));
  token = await site.populate();
  hot = await createLink();
  limited = await createLink({ clicksLimit: STAGES.length });
  const body = { url: `${receiver.origin}/upgrade/200`, events: ["*"] };
  webhook = (await api("/api/webhooks", { method: "POST", body }))["id"] ?? "";
  const goal = await api("/api/conversion-goals", {
    method: "POST",
    body: { name: "Order", value: 5 },
  });
  goalUrl = new URL(goal["postbackUrl"] ?? "").pathname;
}, 60_000);

afterAll(async () => {
  await site.end();
  await receiver.close();
});

describe.each(STAGES.map((stage, index) => ({ ...stage, index })))("$name", (stage) => {
  const { worker, objects, index } = stage;

  beforeAll(async () => {
    await run(worker, objects);
    // Before the first new Worker, and never back.
    if (worker === "new") await site.migrate(await allMigrations());
  }, 60_000);

  it("creates links, and redirects", async ({ expect }) => {
    expect(await visit(await createLink())).toBe(`302 ${DESTINATION}`);
    clicks += 1;
    expect(await visit(hot)).toBe(`302 ${DESTINATION}`);
    clicks += 1;
  });

  it("admits exactly as many clicks as a link allows, over all stages too", async ({ expect }) => {
    const link = await createLink({ clicksLimit: LIMIT });
    const answers = [];
    for (let click = 0; click <= LIMIT; click += 1) answers.push(await visit(link));
    expect(answers).toEqual([`302 ${DESTINATION}`, `302 ${DESTINATION}`, "410 null"]);
    expect(await visit(limited)).toBe(`302 ${DESTINATION}`);
    clicks += LIMIT + 1;
    const isLast = index === STAGES.length - 1;
    expect((await site.ask(`/${limited["shortCode"]}+`, { headers: VISITOR })).status).toBe(
      isLast ? 410 : 200,
    );
    const dryRun = await api(`/api/links/${limited["id"]}/simulate`, { method: "POST", body: {} });
    expect(dryRun).toMatchObject({ outcome: isLast ? "refuse" : "redirect" });
  });

  it("asks for passwords", async ({ expect }) => {
    const link = await createLink({ password: PASSWORD });
    expect(await visit(link)).toBe("401 null");
    expect(await enter(link, "wrong", index)).toBe("403 null");
    expect(await enter(link, PASSWORD, index)).toBe(`303 ${DESTINATION}`);
    clicks += 1;
  });

  it("counts every click of every stage, in the reports of every dialect", async ({ expect }) => {
    await vi.waitFor(
      async () =>
        expect(await api("/api/analytics/overview")).toMatchObject({ totalClicks: clicks }),
      SOON,
    );
    expect(await api(`/api/analytics/link/${hot["id"]}`)).toMatchObject({ totalClicks: index + 1 });
    await api("/api/v1/analytics/overview");
    await api("/api/v1/analytics/advanced");
    await api(`/api/v1/links/${HOT_NUMBER}`);
    await api(`/api/v1/links/${HOT_NUMBER}/variants`);
    const inRevolink = `/apiv1/links/${objectIdOf(hot["id"] ?? "")}/analytics`;
    await api(`${inRevolink}?workspaceId=${objectIdOf(WORKSPACE_UUID)}`);
  });

  it("delivers every click to a webhook, and lists the deliveries of all stages", async ({
    expect,
  }) => {
    await vi.waitFor(async () => expect(await posts("link.clicked")).toHaveLength(clicks), SOON);
    const page = await api<Record<string, string>[]>(
      `/api/webhooks/${webhook}/deliveries?limit=100`,
    );
    const delivered = page.filter(({ status }) => status === "delivered");
    expect(delivered.length).toBeGreaterThan(clicks);
    const before = (await posts("link.created")).length;
    const [created] = page.filter(({ event }) => event === "link.created");
    await api(`/api/webhooks/${webhook}/deliveries/${created?.["id"]}/redeliver`, {
      method: "POST",
    });
    await vi.waitFor(
      async () => expect((await posts("link.created")).length).toBeGreaterThan(before),
      SOON,
    );
  });

  it("attributes conversions to the visitor's last click, with and without a webhook", async ({
    expect,
  }) => {
    const convert = async () => {
      const body = { order_id: crypto.randomUUID(), ip: "203.0.113.7", ua: VISITOR["user-agent"] };
      return JSON.parse((await site.ask(goalUrl, { method: "POST", body })).text) as unknown;
    };
    const listenTo = (events: readonly string[]) =>
      api(`/api/webhooks/${webhook}`, { method: "PATCH", body: { events } });
    const attributed = { success: true, attributed: true };
    expect(await convert()).toMatchObject(attributed);
    await vi.waitFor(
      async () => expect(await posts("conversion.tracked")).toHaveLength(index + 1),
      SOON,
    );
    await listenTo(["link.created", "link.clicked"]);
    expect(await convert()).toMatchObject(attributed);
    await listenTo(["*"]);
  });

  it("refunds and deletes conversions", async ({ expect }) => {
    const [last, before] = await api<{ id: number }[]>("/api/conversions");
    await api(`/api/conversions/${last?.id}/refund`, { method: "POST" });
    await api(`/api/conversions/${before?.id}`, { method: "DELETE" });
    const left = await api<{ id: number; refundedAt: string | null }[]>("/api/conversions");
    expect(left.find(({ id }) => id === last?.id)?.refundedAt).not.toBeNull();
    expect(left.map(({ id }) => id)).not.toContain(before?.id);
  });

  it("begins the counts of a link again", async ({ expect }) => {
    const link = await createLink({ clicksLimit: 1 });
    const reset = await api(`/api/links/${link["id"]}/reset-counts`, { method: "POST" });
    expect(reset).toMatchObject({ success: true });
  });

  it("forgets a deleted link", async ({ expect }) => {
    const link = await createLink();
    await api(`/api/links/${link["id"]}`, { method: "DELETE" });
    expect(await visit(link)).toBe("404 null");
  });
});

/** What no stage can call; that the methods are still there is tested by itself. */
const UNCALLED = new Set([
  // A session, which the bundles cannot begin.
  "Ledger.attributeWithin",
  "Ledger.close",
  "Ledger.keepClicksFor",
  // Nobody, yet.
  "Ledger.exportConversions",
  "Ledger.exportLog",
  // The repair of what a killed process or a deletion leaves.
  "Ledger.dropWebhook",
  "Ledger.untoldConversions",
]);

it("asks every method of the last release's objects in some stage", ({ expect }) => {
  const methods = Object.entries(releases.last.methods).flatMap(([name, all]) =>
    all.map((method) => `${name}.${method}`),
  );
  expect(methods.filter((each) => !site.asked.has(each) && !UNCALLED.has(each))).toEqual([]);
});
