import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { CLICK_FORMAT, type Click, type ClickMessage } from "../../src/clicks/click.ts";
import { ingestMessages } from "../../src/clicks/consumer.ts";
import type { LedgerId } from "../../src/ledger/ledger-id.ts";
import { batchId, NOON } from "../ledger/sample-clicks.ts";
import { broken, envWith } from "../support/faults.ts";
import { PHONE } from "../support/following.ts";
import { newNativeClient } from "../support/native.ts";
import { arrived, newSubscriber, payloadOf, subscribe, type Subscriber } from "./client.ts";
import { newBox } from "./receiver.ts";

async function withLink(
  fields: object = {},
): Promise<
  Subscriber & { readonly ledger: LedgerId; readonly linkId: number; readonly uuid: string }
> {
  const subscriber = await newSubscriber({ events: ["link.threshold"], ...fields });
  const { id: uuid } = await subscriber.link({ title: "My Link" });
  const linkId = await env.DB.prepare("SELECT id FROM links WHERE uuid = ?1")
    .bind(uuid)
    .first<number>("id");
  return {
    ...subscriber,
    ledger: subscriber.account.workspace.ledger,
    linkId: linkId ?? 0,
    uuid,
  };
}

function clicksOf(ledger: LedgerId, linkId: number, count: number, userAgent = PHONE): Click[] {
  return Array.from({ length: count }, () => ({
    ledger,
    linkId,
    atMs: NOON,
    kind: "visit" as const,
    country: "UA",
    city: null,
    referrer: null,
    userAgent,
    hints: null,
    addressHash: "00112233445566aa",
    scan: false,
    rule: null,
    variant: null,
    token: null,
  }));
}

function messageOf(clicks: readonly Click[]): ClickMessage {
  return { v: 1, id: batchId(NOON), clicks: clicks.map(CLICK_FORMAT.pack), lost: {} };
}

describe("link.threshold", () => {
  it("happens once at each power of ten from 100, by clicks of people alone", async ({
    expect,
  }) => {
    const { box, ledger, linkId, uuid, deliveries } = await withLink();
    await ingestMessages(env, [messageOf(clicksOf(ledger, linkId, 99))]);
    await ingestMessages(env, [messageOf(clicksOf(ledger, linkId, 50, "curl/8.0"))]);
    expect(await deliveries()).toEqual([]);
    const crossing = messageOf(clicksOf(ledger, linkId, 901));
    await ingestMessages(env, [crossing]);
    await ingestMessages(env, [crossing, messageOf(clicksOf(ledger, linkId, 5))]);
    const payloads = (await arrived(box, 2)).map(payloadOf);
    const reached = payloads.map(({ data }) => data["threshold"]);
    expect(reached.sort((a, b) => Number(a?.["clicks"]) - Number(b?.["clicks"]))).toEqual([
      { clicks: 100, reached_at: payloads[0]?.timestamp },
      { clicks: 1_000, reached_at: payloads[0]?.timestamp },
    ]);
    expect(payloads[0]?.data["link"]).toMatchObject({ id: linkId, uuid, title: "My Link" });
    expect(await deliveries()).toHaveLength(2);
  });

  it("happens at the numbers that a webhook has chosen, for the links of its filter", async ({
    expect,
  }) => {
    const { box, ledger, linkId, webhook, ...client } = await withLink({ thresholds: "7, 3,3" });
    expect(webhook["thresholds"]).toEqual([3, 7]);
    const { id } = await client.link();
    const other = newBox();
    const filter = { linkIds: [id], thresholds: [7] };
    await subscribe(client, { url: other.url, events: ["*"], ...filter });
    await ingestMessages(env, [messageOf(clicksOf(ledger, linkId, 120))]);
    const payloads = (await arrived(box, 2)).map(payloadOf);
    const reached = payloads.map(({ data }) => Number(data["threshold"]?.["clicks"]));
    expect(reached.sort((a, b) => a - b)).toEqual([3, 7]);
    expect(await other.posts()).toEqual([]);
  });

  it("is told when its message comes again, if the consumer died once the clicks were counted", async ({
    expect,
  }) => {
    const { box, ledger, linkId, deliveries } = await withLink({ thresholds: [2] });
    await ingestMessages(env, [messageOf(clicksOf(ledger, linkId, 1))]);
    const message = messageOf(clicksOf(ledger, linkId, 3));
    // The Ledger knows the thresholds of before, though the database does not answer.
    const dying = ingestMessages(envWith({ DB: broken(env.DB) }), [message]);
    await expect(dying).rejects.toThrow("broken");
    expect(await deliveries()).toEqual([]);
    await ingestMessages(env, [message]);
    const [payload] = (await arrived(box)).map(payloadOf);
    expect(payload?.data["threshold"]).toMatchObject({ clicks: 2 });
    await ingestMessages(env, [message]);
    expect(await deliveries()).toHaveLength(1);
  });

  it.for([[[0]], [[1.5]], ["many"], [[2e9]], [Array.from({ length: 21 }, (_, n) => n + 1)]])(
    "cannot be at %j",
    async ([thresholds], { expect }) => {
      const { call } = await newNativeClient();
      const body = { url: "https://example.com/hook", events: ["link.threshold"], thresholds };
      expect(await call("POST", "/api/webhooks", body)).toMatchObject({
        status: 400,
        body: { message: expect.stringContaining("thresholds must") },
      });
    },
  );
});
