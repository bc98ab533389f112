import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { tellClicks } from "../../src/clicks/click-events.ts";
import { CLICK_FORMAT, type Click, type ClickMessage } from "../../src/clicks/click.ts";
import { consumeClicks, ingestMessages } from "../../src/clicks/consumer.ts";
import type { LedgerId } from "../../src/ledger/ledger-id.ts";
import { batchId, NOON } from "../ledger/sample-clicks.ts";
import { callApi } from "../support/api.ts";
import { broken, counted, envWith } from "../support/faults.ts";
import { PHONE } from "../support/following.ts";
import { insertVariant } from "../support/link-rows.ts";
import { arrived, newSubscriber, payloadOf, type Subscriber } from "../webhooks/client.ts";

describe("clicks", () => {
  it("a click event holds the fields that the document names, and what names the link in every API", async ({
    expect,
  }) => {
    const { link, box } = await newSubscriber({ events: ["link.clicked"] });
    const { id, shortCode } = await link({ title: "My Link" });
    const headers = { "User-Agent": PHONE, Referer: "https://www.twitter.com/x" };
    await callApi(`/${shortCode}`, { headers });
    const [payload] = (await arrived(box)).map(payloadOf);
    expect(payload).toEqual({
      id: expect.stringMatching(/^[0-9a-z]+-0$/),
      event: "link.clicked",
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      version: "1.0",
      data: {
        link: {
          id: expect.any(Number),
          short_code: shortCode,
          title: "My Link",
          uuid: id,
          short_url: `https://sign.test/${shortCode}`,
          destination_url: "https://example.com",
        },
        click: {
          id: 1,
          country_code: null,
          device_type: "mobile",
          browser_family: "Safari",
          os_family: "iOS",
          referrer_domain: "twitter.com",
          clicked_at: payload?.timestamp,
          destination_url: "https://example.com",
        },
        variant: null,
      },
    });
  });

  it("a click event names the variant that was served", async ({ expect }) => {
    const { box, ledger, linkId } = await withLink();
    await insertVariant(linkId, { public_id: "v-a", url: "https://a.example.com/", weight: 1 });
    await ingestMessages(env, [messageOf([clickOf(ledger, linkId, { variant: "v-a" })])]);
    const [payload] = (await arrived(box)).map(payloadOf);
    expect(payload?.data["variant"]).toEqual({ id: expect.any(Number), name: "v-a" });
    expect(payload?.data["click"]?.["destination_url"]).toBe("https://a.example.com/");
  });

  it("a click event says where the rule that was served led, while there is such a rule", async ({
    expect,
  }) => {
    const { box, ledger, linkId } = await withLink();
    const rules = [{ id: "r-1", name: null, targetUrl: "https://rule.example.com/" }];
    await env.DB.prepare("UPDATE links SET rules = ?2 WHERE id = ?1")
      .bind(linkId, JSON.stringify(rules))
      .run();
    const served = ["r-1", "default", "r-gone"].map((rule) => clickOf(ledger, linkId, { rule }));
    await ingestMessages(env, [messageOf(served)]);
    const payloads = (await arrived(box, 3)).map(payloadOf);
    const led = payloads
      .sort((a, b) => Number(a.data["click"]?.["id"]) - Number(b.data["click"]?.["id"]))
      .map(({ data }) => data["click"]?.["destination_url"]);
    expect(led).toEqual(["https://rule.example.com/", "https://example.com", null]);
  });

  it("only clicks by people become events", async ({ expect }) => {
    const { box, ledger, linkId } = await withLink();
    const others = [
      clickOf(ledger, linkId, { userAgent: "curl/8.0" }),
      clickOf(ledger, linkId, { kind: "head" }),
      clickOf(ledger, linkId, { kind: "prefetch" }),
      clickOf(ledger, linkId, { userAgent: "" }),
    ];
    const message = messageOf([...others, clickOf(ledger, linkId)]);
    await ingestMessages(env, [message]);
    const posts = (await arrived(box)).map(payloadOf);
    expect(posts.map(({ id }) => id)).toEqual([`${message.id}-4`]);
    expect(posts[0]?.data["click"]?.["id"]).toBe(5);
  });

  it("clicks of a redelivered message are posted once", async ({ expect }) => {
    const { box, ledger, linkId, deliveries } = await withLink();
    const message = messageOf([clickOf(ledger, linkId), clickOf(ledger, linkId)]);
    await ingestMessages(env, [message]);
    await ingestMessages(env, [message]);
    const marker = messageOf([clickOf(ledger, linkId)]);
    await arrived(box, 2);
    await ingestMessages(env, [marker]);
    const ids = (await arrived(box, 3)).map((post) => payloadOf(post).id);
    expect(ids).toHaveLength(3);
    expect(new Set(ids)).toEqual(new Set([`${message.id}-0`, `${message.id}-1`, `${marker.id}-0`]));
    expect(await deliveries()).toHaveLength(3);
  });

  it("clicks on deleted links become no events", async ({ expect }) => {
    const { box, ledger, linkId } = await withLink();
    const clicks = [clickOf(ledger, 9_999_999), clickOf(ledger, linkId)];
    await ingestMessages(env, [messageOf(clicks)]);
    const [only, ...others] = (await arrived(box)).map(payloadOf);
    expect([only?.data["link"]?.["id"], others]).toEqual([linkId, []]);
  });

  it("clicks on another workspace's link, under a foreign Ledger, become no events", async ({
    expect,
  }) => {
    const [ada, bob] = [await withLink(), await withLink()];
    const clicks = [clickOf(bob.ledger, ada.linkId), clickOf(bob.ledger, bob.linkId)];
    await ingestMessages(env, [messageOf(clicks)]);
    const [only, ...others] = (await arrived(bob.box)).map(payloadOf);
    expect([only?.data["link"]?.["id"], others]).toEqual([bob.linkId, []]);
    expect(await ada.box.posts()).toEqual([]);
  });

  it("without subscribers, clicks cost at most one read of D1, and none soon after", async ({
    expect,
  }) => {
    const { ledger } = await withLink({ events: ["link.deleted"] });
    const { binding, calls } = counted(env.DB, "prepare");
    const counting = envWith({ DB: binding, LEDGER: broken(env.LEDGER) });
    const ingested = await ingestMessages(env, [messageOf([clickOf(ledger, 1)])]);
    await tellClicks(counting, ingested, NOON);
    expect(calls()).toBe(1);
    await tellClicks(counting, ingested, NOON + 4_999);
    expect(calls()).toBe(1);
    await tellClicks(counting, ingested, NOON + 5_000);
    expect(calls()).toBe(2);
  });

  it("clicks whose events were not taken are redelivered, and counted once", async ({ expect }) => {
    const { box, ledger, linkId, call } = await withLink();
    const message = messageOf([clickOf(ledger, linkId)]);
    const first = await consume(message, envWith({ DB: broken(env.DB) }));
    expect(first).toEqual({ acked: [], retried: ["m"] });
    expect(await consume(message, env)).toEqual({ acked: ["m"], retried: [] });
    expect(await arrived(box)).toHaveLength(1);
    const report = await call("GET", "/api/analytics/overview");
    expect(report.body).toMatchObject({ totalClicks: 1 });
  });
});

async function withLink(
  fields: Record<string, unknown> = { events: ["link.clicked"] },
): Promise<Subscriber & { readonly ledger: LedgerId; readonly linkId: number }> {
  const subscriber = await newSubscriber(fields);
  const { id } = await subscriber.link();
  const linkId = await env.DB.prepare("SELECT id FROM links WHERE uuid = ?1")
    .bind(id)
    .first<number>("id");
  return { ...subscriber, ledger: subscriber.account.workspace.ledger, linkId: linkId ?? 0 };
}

function clickOf(ledger: LedgerId, linkId: number, fields: Partial<Click> = {}): Click {
  return {
    ledger,
    linkId,
    atMs: NOON,
    kind: "visit",
    country: "UA",
    city: "Kyiv",
    referrer: "example.com",
    userAgent: PHONE,
    hints: null,
    addressHash: "00112233445566aa",
    scan: false,
    rule: null,
    variant: null,
    token: null,
    ...fields,
  };
}

function messageOf(clicks: readonly Click[]): ClickMessage {
  return { v: 1, id: batchId(NOON), clicks: clicks.map(CLICK_FORMAT.pack), lost: {} };
}

async function consume(body: ClickMessage, environment: Cloudflare.Env) {
  const batch = createMessageBatch("clicks", [
    { id: "m", timestamp: new Date(NOON), attempts: 1, body },
  ]);
  await consumeClicks(batch, environment);
  const result = await getQueueResult(batch, createExecutionContext());
  return {
    acked: result.explicitAcks,
    retried: result.retryMessages.map(({ msgId }) => msgId),
  };
}
