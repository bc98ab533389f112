import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import { findPostbackGoal } from "../../src/conversions/postback-goal.ts";
import { tellConversion } from "../../src/conversions/tell-webhooks.ts";
import { databaseOf } from "../../src/db/database.ts";
import { ledgerFor } from "../../src/ledger/stub.ts";
import { ADA, clickOf, newGoal, report } from "../support/goals.ts";
import { insertVariant } from "../support/link-rows.ts";
import { arrived, newSubscriber, payloadOf } from "../webhooks/client.ts";

async function linkIdOf(uuid: string): Promise<number> {
  const id = await env.DB.prepare("SELECT id FROM links WHERE uuid = ?1")
    .bind(uuid)
    .first<number>("id");
  if (id === null) throw new Error("There is no such link.");
  return id;
}

const BODY = { ...ADA, value: 99.99, currency: "USD", order_id: "ORDER-12345" };

describe("conversion.tracked", () => {
  it("carries the link, the click, the variant and the conversion's value", async ({ expect }) => {
    const { account, box, link } = await newSubscriber({ events: ["conversion.tracked"] });
    const goal = await newGoal(account);
    const { id, shortCode } = await link({ title: "My Link" });
    const linkId = await linkIdOf(id);
    await insertVariant(linkId, { public_id: "v-a", url: "https://a.example.com/", weight: 1 });
    await clickOf(account, ADA, { linkId, variant: "v-a" });
    expect((await report(goal, BODY)).status).toBe(200);
    const [payload, ...others] = (await arrived(box)).map(payloadOf);
    expect(others).toEqual([]);
    expect(payload).toEqual({
      id: expect.stringMatching(/^[0-9a-z]{33}$/),
      event: "conversion.tracked",
      timestamp: expect.stringMatching(/Z$/),
      version: "1.0",
      data: {
        link: { id: linkId, short_code: shortCode, title: "My Link" },
        click: {
          id: 1,
          country_code: "UA",
          device_type: "mobile",
          browser_family: "Chrome",
          os_family: "Android",
          referrer_domain: "example.com",
          clicked_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        },
        variant: { id: expect.any(Number), name: "v-a" },
        conversion: {
          id: 1,
          order_id: "ORDER-12345",
          value: 99.99,
          currency: "USD",
          attributed: true,
          converted_at: payload?.timestamp,
          goal: { id: goal.id, name: "Purchase" },
        },
      },
    });
  });

  it("is sent for a conversion without a click, but not for an order reported again", async ({
    expect,
  }) => {
    const { account, box } = await newSubscriber({ events: ["*"] });
    const goal = await newGoal(account);
    await Promise.all(Array.from({ length: 5 }, () => report(goal, { order_id: "A" })));
    await report(goal, { order_id: "B" });
    const payloads = (await arrived(box, 2)).map(payloadOf);
    const orders = payloads.map(({ data }) => String(data["conversion"]?.["order_id"]));
    expect(orders.sort((a, b) => a.localeCompare(b))).toEqual(["A", "B"]);
    expect(payloads[0]?.data).toMatchObject({ link: null, click: null, variant: null });
  });

  it("has an id derived from the conversion's, so a repeated call stores no second event", async ({
    expect,
  }) => {
    const { account, box, deliveries } = await newSubscriber({ events: ["conversion.tracked"] });
    const { token } = await newGoal(account);
    await report({ token });
    const [first] = (await arrived(box)).map(payloadOf);
    const { conversions } = await ledgerFor(env, account.workspace.ledger).exportConversions(null);
    const goal = await findPostbackGoal(databaseOf(env.DB), token);
    const [conversion] = conversions;
    if (!goal.ok || conversion === undefined) throw new Error("Nothing was counted.");
    const again = { ...conversion, attribution: null };
    await tellConversion(env, databaseOf(env.DB), goal.value, again);
    expect(await deliveries()).toHaveLength(1);
    const { results } = await env.DB.prepare(
      "SELECT event_id FROM webhook_outbox WHERE event_id <> ?1 AND event = 'conversion.tracked'",
    )
      .bind(first?.id ?? "")
      .all();
    expect(results).toEqual([]);
  });

  it("is deleted with the link that it names", async ({ expect }) => {
    const { account, box, call, link, deliveries } = await newSubscriber({
      events: ["conversion.tracked"],
    });
    const goal = await newGoal(account);
    const { id } = await link();
    await clickOf(account, ADA, { linkId: await linkIdOf(id) });
    await report(goal, BODY);
    await report(goal, { order_id: "unattributed" });
    await arrived(box, 2);
    expect(await deliveries()).toHaveLength(2);
    expect((await call("DELETE", `/api/links/${id}`)).status).toBe(200);
    await vi.waitFor(async () => expect(await deliveries()).toHaveLength(1));
  });
});
