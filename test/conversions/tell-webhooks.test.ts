import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import { findPostbackGoal } from "../../src/conversions/postback-goal.ts";
import { tellConversion } from "../../src/conversions/tell-webhooks.ts";
import { trackConversion } from "../../src/conversions/track-conversion.ts";
import { databaseOf } from "../../src/db/database.ts";
import { ledgerFor } from "../../src/ledger/stub.ts";
import { broken, envWith } from "../support/faults.ts";
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
        link: {
          id: linkId,
          short_code: shortCode,
          title: "My Link",
          uuid: id,
          short_url: `https://sign.test/${shortCode}`,
          destination_url: "https://example.com",
        },
        click: {
          id: 1,
          country_code: "UA",
          device_type: "mobile",
          browser_family: "Chrome",
          os_family: "Android",
          referrer_domain: "example.com",
          clicked_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
          destination_url: "https://a.example.com/",
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
    await tellConversion(env, goal.value, { ...conversion, attribution: null });
    expect(await deliveries()).toMatchObject([{ eventId: first?.id }]);
  });

  it("is told by the Ledger's alarm if the Worker dies once the conversion is counted", async ({
    expect,
  }) => {
    const { account, box, link } = await newSubscriber({ events: ["conversion.tracked"] });
    const { ledger: id } = account.workspace;
    const { token, id: goalUuid } = await newGoal(account);
    const linkId = await linkIdOf((await link({ title: "My Link" })).id);
    await clickOf(account, ADA, { linkId });
    const goal = await findPostbackGoal(databaseOf(env.DB), token);
    if (!goal.ok) throw new Error("There is no goal.");
    const failing = envWith({ DB: broken(env.DB) });
    const visitor = { address: ADA.ip, userAgent: ADA.ua };
    const given = { value: 12.5, currency: "EUR", orderId: "A", click: null, visitor };
    const tracked = await trackConversion(failing, goal.value, given, Date.now());
    expect(tracked).toMatchObject({ ok: true });
    expect(await report({ token }, { order_id: "A" })).toMatchObject({ status: 409 });
    const ledger = ledgerFor(env, id);
    const alarmAtMs = await runInDurableObject(ledger, (_instance, state) =>
      state.storage.getAlarm(),
    );
    expect(alarmAtMs).toBeLessThanOrEqual(Date.now() + 30_000);
    await runInDurableObject(ledger, ({ sql }) => void sql.run("UPDATE untold SET due_at_ms = 0"));
    await runDurableObjectAlarm(ledger);
    const [payload] = (await arrived(box)).map(payloadOf);
    expect(payload?.data).toMatchObject({
      link: { id: linkId, title: "My Link" },
      click: { id: 1, country_code: "UA" },
      conversion: {
        id: 1,
        order_id: "A",
        value: 12.5,
        currency: "EUR",
        attributed: true,
        goal: { id: goalUuid, name: "Purchase" },
      },
    });
    expect(await ledger.untoldConversions([1])).toEqual([]);
  });

  it("leaves nothing to be told, and owes nothing where nobody listens", async ({ expect }) => {
    const { account, box } = await newSubscriber({ events: ["conversion.tracked"] });
    const ledger = ledgerFor(env, account.workspace.ledger);
    await report(await newGoal(account));
    await arrived(box);
    expect(await ledger.untoldConversions([1])).toEqual([]);
    const { account: quiet } = await newSubscriber({ events: ["link.created"] });
    await report(await newGoal(quiet));
    expect(await ledgerFor(env, quiet.workspace.ledger).untoldConversions([1])).toEqual([]);
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
